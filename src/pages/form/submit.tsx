// A page that was sent: another page, the same one again, or an accepted answer.
import { type FormSchema, listPages, type PublishedForm } from "../../forms";
import { askValidators } from "../../plugins";
import { acceptResponse, isFull, keepStart, noteRefusal, noteTurn, startVisit, type VisitFacts } from "../../responses";
import type { ServiceContext } from "../../shared/context";
import { randomToken } from "../../shared/crypto";
import { DomainError, type Issue } from "../../shared/errors";
import { describeUploads } from "../../uploads";
import { toHtml } from "../look/document";
import type { Raw } from "./answers";
import { fingerprintOf, type Stored } from "./files";
import { FormPage, type Tokens, TRAP } from "./page";
import { TURNSTILE_CONTROL } from "./policy";
import { type Sheet, type Step, sheetOf, takeStep } from "./step";

export type Reply = { kind: "page"; status: 200 | 409 | 422; html: string } | { kind: "thanks"; endedBy: string | null };

const KEY = /^[A-Za-z0-9_-]{16,64}$/;
const HOST = /^[A-Za-z0-9.:[\]-]{1,200}$/;

export async function takePage(ctx: ServiceContext, form: PublishedForm, stored: Stored, visit: VisitFacts): Promise<Reply> {
  const sent = stored.controls;
  const now = ctx.now();
  const one = (name: string) => sent.get(name)?.at(-1);
  const tokens: Tokens = {
    start: await keepStart(ctx, form.formId, one("_start")),
    key: KEY.test(one("_key") ?? "") ? (one("_key") ?? "") : newKey(),
    from: HOST.test(one("_from") ?? "") ? (one("_from") ?? "") : "",
    siteKey: ctx.env.TURNSTILE_SITE_KEY ?? null,
  };
  const facts: VisitFacts = { ...visit, referrer: tokens.from === "" ? null : tokens.from };
  const page = async (status: 200 | 409 | 422, sheet: Sheet, begun: boolean, trouble?: string): Promise<Reply> => {
    const files = await describeUploads(ctx, form, sheet.raw);
    const html = toHtml(<FormPage form={form} sheet={sheet} tokens={tokens} begun={begun} now={now} trouble={trouble} files={files} />);
    return { kind: "page", status, html };
  };

  const step = withRefusedFiles(form.schema, takeStep(form.schema, sent, now), stored.issues, one("_page") ?? null, now);
  const begun = one("_begun") === "1";
  if (step.kind === "show") {
    // Whoever sends a page has begun, and holds a place from here on; opening it alone says nothing.
    const at = step.sheet.page.name;
    if (!begun) await startVisit(ctx, form.formId, facts.origin, facts.ownPage ? { token: tokens.start, at } : undefined);
    else await noteTurn(ctx, form, tokens.start, at);
    if (step.sheet.issues.length > 0) noteRefusal(ctx, form, step.sheet.issues);
    return page(step.sheet.issues.length > 0 ? 422 : 200, step.sheet, true);
  }
  try {
    await acceptResponse(ctx, {
      validators: askValidators,
      formId: form.formId,
      data: step.raw,
      status: "complete",
      startToken: tokens.start,
      trap: one(TRAP),
      humanToken: one(TURNSTILE_CONTROL),
      idempotency: { key: `page:${tokens.key}`, body: fingerprintOf(step.raw, stored.contents) },
      visit: facts,
    });
  } catch (error) {
    const trouble = error instanceof DomainError ? await whatToMend(ctx, form, error, step.data) : null;
    if (trouble === null) throw error;
    const last = one("_page") ?? null;
    const owner = trouble.issues[0] === undefined ? last : pageHolding(form, trouble.issues[0].path);
    return page(trouble.status, sheetOf(form.schema, step.raw, owner, now, { issues: trouble.issues }), begun, trouble.words);
  }
  return { kind: "thanks", endedBy: step.endedBy };
}

/** Whatever else the page led to: where a file was not taken, it is shown again and says so. */
function withRefusedFiles(schema: FormSchema, step: Step, refused: readonly Issue[], page: string | null, now: number): Step {
  if (refused.length === 0) return step;
  const raw = step.kind === "show" ? step.sheet.raw : step.raw;
  const others = step.kind === "show" && step.sheet.page.name === page ? step.sheet.issues : [];
  return { kind: "show", sheet: sheetOf(schema, raw, page, now, { issues: inOrder(schema, [...refused, ...others]) }) };
}

/** Of one question, what was wrong with its file comes first. */
function inOrder({ fields }: FormSchema, issues: readonly Issue[]): Issue[] {
  const place = new Map(fields.map(({ name }, i) => [name, i]));
  const placeOf = ({ path }: Issue) => place.get(path.split(".")[0] ?? "") ?? fields.length;
  return [...issues].sort((a, b) => placeOf(a) - placeOf(b));
}

export function newKey(): string {
  return randomToken(18);
}

interface Trouble {
  status: 409 | 422;
  words?: string;
  issues: readonly Issue[];
}

/** A refusal that the visitor can do something about on the same page; null for one that has a page of its own. */
async function whatToMend(ctx: ServiceContext, form: PublishedForm, error: DomainError, data: Raw): Promise<Trouble | null> {
  const { settings } = form.schema;
  const { reason, issues = [] } = error.details;
  const by = settings?.duplicates?.by ?? "";
  if (reason === "spam") return { status: 422, words: "Please look over your answers and send them once more.", issues: [] };
  if (reason === "not_human")
    return { status: 422, words: "Please pass the check for people at the end of the page, then send it once more.", issues: [] };
  if (reason === "too_fast")
    return { status: 422, words: "That was very fast. Please look over your answers, and send them in a few seconds.", issues: [] };
  if (reason === "duplicate" && by.startsWith("field:")) {
    const message = "This has already been used in another answer to this form.";
    return { status: 409, issues: [{ path: by.slice("field:".length), message, code: "duplicate" }] };
  }
  if (reason === "quota_reached" && settings?.quotas !== undefined && !(await isFull(ctx, form))) {
    const message = "There is no place left for this choice. Please choose another.";
    const full = settings.quotas.filter(({ field, value }) => [data[field]].flat().some((answer) => String(answer) === String(value)));
    return full.length === 0 ? null : { status: 409, issues: full.map(({ field }) => ({ path: field, message, code: "quota_reached" })) };
  }
  return error.code === "invalid" && issues.length > 0 ? { status: 422, issues } : null;
}

function pageHolding({ schema }: PublishedForm, path: string): string | null {
  const name = path.split(".")[0];
  return listPages(schema).find(({ fields }) => fields.some((field) => field === name))?.name ?? null;
}
