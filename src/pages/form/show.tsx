// The page as it is opened. What it says is the same for everybody until the form is published anew; only three small values
// differ, which say when this visitor came, from where, and which page this is. So the HTML is made once and they are put into it.
// It is not for shared caches: whoever was given another's values would hand in the other's answer.
import type { PublishedForm } from "../../forms";
import type { ServiceContext } from "../../shared/context";
import { randomToken } from "../../shared/crypto";
import { toHtml } from "../look/document";
import type { Controls } from "./answers";
import { FormPage, type Tokens } from "./page";
import { openForm } from "./step";

interface Made {
  until: number;
  /** Between them go the values of `Tokens`, in that order. */
  pieces: readonly string[];
}

// Dates such as "today" are written into a page, so it is not kept for long.
const KEPT_MS = 60_000;
const made = new WeakMap<PublishedForm, Made>();

export function openedPage(ctx: ServiceContext, form: PublishedForm, query: Controls, tokens: Tokens): string {
  const now = ctx.now();
  if (query.size > 0) return render(form, query, tokens, now);
  let page = made.get(form);
  if (page === undefined || now >= page.until) {
    page = { until: now + KEPT_MS, pieces: inPieces(form, query, tokens.siteKey, now) };
    made.set(form, page);
  }
  const [first, second, third, last] = page.pieces;
  return `${first}${tokens.start}${second}${tokens.key}${third}${escapeHost(tokens.from)}${last}`;
}

function render(form: PublishedForm, query: Controls, tokens: Tokens, now: number): string {
  return toHtml(<FormPage form={form} sheet={openForm(form.schema, query, now)} tokens={tokens} begun={false} now={now} />);
}

/** The marks are new each time: nothing that an author writes can be mistaken for one. */
function inPieces(form: PublishedForm, query: Controls, siteKey: string | null, now: number): string[] {
  const mark = randomToken(18);
  const html = render(form, query, { start: `${mark}1`, key: `${mark}2`, from: `${mark}3`, siteKey }, now);
  return html.split(new RegExp(`${mark}[123]`));
}

function escapeHost(host: string): string {
  return /^[A-Za-z0-9.:[\]-]*$/.test(host) ? host : "";
}
