// `/f/{slug}`: a form that anybody can fill in, without script. Send, see another page, or be thanked at an address of its own, so
// that neither a reload nor a second click hands in a second answer.
import { type Context, Hono } from "hono";
import { getPublishedForm, getPublishedInAnyState, type PublishedForm, whyNotOpen } from "../../forms";
import type { AppEnv } from "../../middleware/app-types";
import { rateLimit } from "../../middleware/rate-limit";
import { hostOf, visitOf } from "../../middleware/visit-facts";
import { isFull, keepStart, noteView } from "../../responses";
import { ConflictError, DomainError, GoneError, TooLargeError } from "../../shared/errors";
import type { Visitor } from "../../uploads";
import { type Controls, toControlMap } from "./answers";
import { asksForFiles, FILE_TYPE, readMultipart, type Stored, storeFiles } from "./files";
import { pagePolicy } from "./policy";
import { openedPage } from "./show";
import { newKey, takePage } from "./submit";
import { thanksPage } from "./thanks";

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const MAX_TEXT_BYTES = 1024 * 1024;
// Never from a shared cache. Not `no-store`: browsers then no longer keep the page for their Back button, with what was typed and the
// key under which it was sent.
const ONLY_FOR_THIS_VISITOR = "private, no-cache";

export const formPages = new Hono<AppEnv>();

formPages.get("/f/:slug", async (c) => {
  const ctx = c.get("ctx");
  const form = await openForm(c);
  if (await isFull(ctx, form)) throw new ConflictError("All places are taken.", "quota_reached");
  const query = controlsOf(new URL(c.req.url).search);
  noteView(ctx, form);
  const from = hostOf(c.req.header("Referer")) ?? "";
  const tokens = {
    start: await keepStart(ctx, form.formId),
    key: newKey(),
    from: from === new URL(c.req.url).host ? "" : from,
    siteKey: ctx.env.TURNSTILE_SITE_KEY ?? null,
  };
  return c.html(openedPage(ctx, form, query, tokens));
});

formPages.post("/f/:slug", rateLimit("public"), async (c) => {
  const ctx = c.get("ctx");
  const form = await openForm(c);
  const given = visitOf(c);
  const ours = [new URL(c.req.url).origin, new URL(c.env.PUBLIC_URL).origin];
  const visit = { ...given, ownPage: given.origin !== null && ours.includes(given.origin) };
  const reply = await takePage(ctx, form, await whatWasSent(c, form, visit), visit);
  if (reply.kind === "page") return c.html(reply.html, reply.status);
  return c.redirect(`/f/${form.slug}/thanks${reply.endedBy === null ? "" : `?ended=${encodeURIComponent(reply.endedBy)}`}`, 303);
});

formPages.get("/f/:slug/thanks", async (c) => {
  const form = await getPublishedInAnyState(c.get("ctx"), c.req.param("slug"));
  asPageOf(c, form);
  return c.html(thanksPage(form, c.req.query("ended")));
});

/** Files only where the form asks for some: nobody else has a reason to send a large page. */
async function whatWasSent(c: Context<AppEnv>, form: PublishedForm, visit: Visitor): Promise<Stored> {
  const type = c.req.header("Content-Type") ?? "";
  if (FILE_TYPE.test(type) && asksForFiles(form.schema)) {
    return storeFiles(c.get("ctx"), form, await readMultipart(() => c.req.formData()), visit);
  }
  if (!FORM_TYPE.test(type)) throw new DomainError("unsupported_media_type", "Send the form as application/x-www-form-urlencoded.");
  const body = await c.req.arrayBuffer();
  if (body.byteLength > MAX_TEXT_BYTES) throw new TooLargeError("These are more answers than any form asks for.");
  return { controls: controlsOf(new TextDecoder().decode(body)), issues: [], contents: new Map() };
}

/** Where the form may be framed, so may the page that says it is closed. */
async function openForm(c: Context<AppEnv, "/f/:slug">): Promise<PublishedForm> {
  const ctx = c.get("ctx");
  const slug = c.req.param("slug");
  asPageOf(c, await getPublishedInAnyState(ctx, slug));
  const form = await getPublishedForm(ctx, slug);
  const reason = whyNotOpen(form.schema.settings, ctx.now());
  if (reason === "not_open") throw new GoneError("This form is not open yet.", "not_open");
  if (reason === "closed") throw new GoneError("This form is closed and takes no more answers.", "form_closed");
  return form;
}

function asPageOf(c: Context<AppEnv>, { schema, title }: PublishedForm): void {
  c.set("about", title);
  c.header("Content-Security-Policy", pagePolicy(schema.settings));
  c.header("Cache-Control", ONLY_FOR_THIS_VISITOR);
}

function controlsOf(text: string): Controls {
  const controls = toControlMap(text);
  if (controls === null) throw new TooLargeError("These are more answers than any form asks for.");
  return controls;
}
