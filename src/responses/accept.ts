// Taking a response: everything that can be said without a write is said here, then the form's ledger decides.
import { getPublishedForm, getPublishedInAnyState, type PublishedForm } from "../forms";
import type { ServiceContext } from "../shared/context";
import { DomainError, ForbiddenError, NotFoundError } from "../shared/errors";
import { newId } from "../shared/ids";
import { openPrimaryStore } from "../store";
import { uploadsInAnswer } from "../uploads";
import { assertWelcome } from "./doors";
import { withOtherLedgers } from "./elsewhere";
import { evaluateOrRefuse } from "./evaluate";
import { guardsOf } from "./guards";
import { effectCells, type Shown } from "./journey";
import { acceptInto } from "./ledger/api";
import { canonicalJson, dataHash, newSalt } from "./ledger/chain";
import type { Accepted, AcceptRequest, StartRef } from "./ledger/types";
import { digest, metaOf, type VisitFacts } from "./meta";
import { refusalError } from "./refusals";
import { noteRefusal } from "./refused";
import { firstReplyAmong } from "./repeats";
import { firstResumeToken, makeResumeToken, newResumeSecret, type Resumption, resumeFrom, shardOfResumeToken } from "./resume";
import { REPLY_KEPT_MS, routeFor } from "./shards";
import { readStartToken } from "./start-token";
import { assertHuman } from "./turnstile";

export interface AcceptInput {
  formId: string;
  data: Record<string, unknown>;
  status: "complete" | "partial";
  startedAt?: number;
  resumeToken?: string;
  startToken?: string;
  meta?: Record<string, unknown>;
  trap?: string;
  /** From the Turnstile widget of the page. */
  humanToken?: string;
  /** `body` is what was sent, to the byte: the same key with another body is another wish. The key is heeded for a day, or `keptMs`. */
  idempotency?: { key: string; body: string; keptMs?: number };
  visit: VisitFacts;
  /** A time in the past; heeded only when Headwater itself is asking. */
  submittedAt?: number;
  /** Asked of checked answers of a form that has validators. Throws to refuse; what it returns is kept in `meta.plugins`. */
  validators: Validators | null;
}

export type Validators = (
  ctx: ServiceContext,
  form: Pick<PublishedForm, "formId" | "workspaceId" | "version">,
  data: Record<string, unknown>,
) => Promise<Record<string, unknown> | null>;

export interface AcceptedResponse {
  id: string;
  formId: string;
  formVersion: number;
  status: "complete" | "partial";
  submittedAt: number;
  data: Record<string, unknown>;
  seq: number;
  position: string;
  /** Only for a partial response: continues it. */
  resumeToken: string | null;
  replayed: boolean;
}

const encoder = new TextEncoder();
// A start older than this is a tab left open; it would only spoil the average.
const MAX_FILL_MS = 7 * 86_400_000;
const ATTEMPTS = 4;

export async function acceptResponse(ctx: ServiceContext, input: AcceptInput): Promise<AcceptedResponse> {
  const { idempotency: repeats } = input;
  const idempotency =
    repeats === undefined ? null : { key: digest(repeats.key), fingerprint: digest(repeats.body), keptMs: repeats.keptMs ?? REPLY_KEPT_MS };
  let form: PublishedForm | undefined;
  try {
    form = await getPublishedForm(ctx, input.formId);
    assertMaySubmit(ctx, form);
    for (let attempt = 1; ; attempt++) {
      const accepted = await offer(ctx, form, input, idempotency);
      if (accepted !== "changed") return accepted;
      // Somebody else saved the same partial response in between: look at theirs, then try again.
      if (attempt === ATTEMPTS) throw refusalError("changed");
    }
  } catch (error) {
    if (error instanceof ForbiddenError) throw error;
    const first = idempotency === null ? null : await firstReply(ctx, input, idempotency);
    if (first !== null) return first;
    if (form !== undefined && error instanceof DomainError) noteRefusal(ctx, form, error);
    throw error;
  }
}

async function offer(
  ctx: ServiceContext,
  form: PublishedForm,
  input: AcceptInput,
  idempotency: AcceptRequest["idempotency"],
): Promise<AcceptedResponse | "changed"> {
  const now = ctx.now();
  const resumed = input.resumeToken === undefined ? null : await resumeFrom(ctx.env, form.formId, input.resumeToken);
  const start = input.startToken === undefined ? null : await readStartToken(ctx.env.APP_SECRET, form.formId, input.startToken);
  const startedAt = resumed?.partial.startedAt ?? plausibleStart(start?.at ?? input.startedAt, now, input.submittedAt);
  const trusted = ctx.actor.kind === "key" || ctx.actor.kind === "system";
  if (!trusted)
    assertWelcome(
      form.schema.settings,
      { origin: input.visit.origin, ownPage: input.visit.ownPage, trap: input.trap ?? null, startedAt },
      now,
    );

  const answers = resumed === null ? input.data : { ...JSON.parse(resumed.partial.data), ...input.data };
  // An answer that was given earlier is judged, and worked out, as of then.
  const givenAt = ctx.actor.kind === "system" ? (input.submittedAt ?? now) : now;
  const held = resumed === null ? undefined : JSON.parse(resumed.partial.data);
  const files = await uploadsInAnswer(ctx, form, answers, { responseId: resumed?.partial.responseId, held });
  const { data, ...shown } = evaluateOrRefuse(form.schema, answers, input.status, givenAt, files?.find);
  const asks = form.validators && input.status === "complete";
  const notes = asks && input.validators !== null ? await input.validators(ctx, form, data) : null;
  // After the answers are known to be good: a token can be shown once, and a typing error must not use it up.
  if (!trusted) await assertHuman(ctx, form.schema.settings, input.humanToken);
  const request = await acceptRequest(ctx, form, input, { data, shown, notes, startedAt, resumed, start, idempotency, trusted });
  const holder = idempotency?.key ?? request.ledger.responseId;
  await files?.hold(data, holder);
  const earlier = idempotency === null ? null : await firstReplyAmong(ctx.env, form.formId, request.route, idempotency);
  const outcome = earlier ?? (await acceptInto(ctx, form.formId, request.route.shard, request.ledger));
  if (outcome.kind === "refused") {
    await files?.release(holder);
    if (outcome.reason === "changed" || outcome.reason === "moved") return "changed";
    throw refusalError(outcome.reason);
  }
  if (outcome.kind === "replayed") return replayOf(ctx, form, input, outcome);
  files?.claimSoon(data, outcome.responseId);
  return { ...toAccepted(form.formId, outcome, data), resumeToken: request.resumeToken };
}

interface Prepared {
  data: Record<string, unknown>;
  shown: Shown;
  notes: Record<string, unknown> | null;
  startedAt: number | null;
  resumed: Resumption | null;
  start: StartRef | null;
  idempotency: AcceptRequest["idempotency"];
  trusted: boolean;
}

async function acceptRequest(ctx: ServiceContext, form: PublishedForm, input: AcceptInput, prepared: Prepared) {
  const { data, shown, notes, resumed, idempotency, startedAt, start, trusted } = prepared;
  const guards = guardsOf(form.schema.settings, form.formId, data, { ip: trusted ? null : ctx.client.ip }, ctx.env.APP_SECRET);
  const text = JSON.stringify(data);
  const salt = newSalt();
  const responseId = resumed?.partial.responseId ?? newId("response", input.submittedAt ?? ctx.now());
  const secret = resumed?.secret ?? (input.status === "partial" ? newResumeSecret(ctx.env, form.formId, input.idempotency) : null);
  const ledger: AcceptRequest = {
    workspaceId: form.workspaceId,
    responseId,
    formVersion: form.version,
    status: input.status,
    startedAt,
    submittedAt: ctx.actor.kind === "system" ? (input.submittedAt ?? null) : null,
    data: text,
    bytes: encoder.encode(text).byteLength,
    salt,
    dataHash: dataHash(salt, canonicalJson(data)),
    meta: JSON.stringify({ ...metaOf(input.meta, input.visit), ...(notes === null ? {} : { plugins: notes }) }),
    audit: null,
    cells: effectCells(form.schema, form.version, input.status, data, shown),
    correlationId: ctx.correlationId,
    idempotency,
    guards: await withOtherLedgers(ctx.env, form.formId, form.schema.settings, guards),
    start,
    resumeHash: secret === null ? null : digest(secret),
    resumes: resumed === null ? null : { basedOn: resumed.partial.basedOn },
  };
  const route =
    resumed === null
      ? routeFor(form, idempotency?.key ?? responseId, ctx.now(), idempotency?.keptMs)
      : { shard: resumed.shard, before: [], moving: false };
  const resumeToken = secret === null || input.status === "complete" ? null : makeResumeToken(responseId, route.shard, secret);
  return { ledger, route, resumeToken };
}

/** Anybody may answer a published form; but a key says who it is, and is held to what it was made for. */
function assertMaySubmit(ctx: ServiceContext, form: PublishedForm): void {
  const { actor } = ctx;
  if (actor.kind !== "key" && actor.kind !== "system") return;
  if (actor.workspaceId !== form.workspaceId) throw new NotFoundError("The form");
  if (actor.kind === "key" && !actor.scopes.includes("submit")) throw new ForbiddenError('This needs an API key with the scope "submit".');
}

/** A request may be refused today that was taken yesterday; its repeat is still owed yesterday's reply. */
async function firstReply(ctx: ServiceContext, input: AcceptInput, idempotency: NonNullable<AcceptRequest["idempotency"]>) {
  // A form that was never published has taken nothing that could be repeated.
  const form = await getPublishedInAnyState(ctx, input.formId).catch(() => null);
  if (form === null) return null;
  const resumed = input.resumeToken === undefined ? null : shardOfResumeToken(input.resumeToken);
  const route = routeFor(form, idempotency.key, ctx.now(), idempotency.keptMs);
  const shards = resumed === null ? [route.shard, ...route.before] : [resumed];
  const outcome = await firstReplyAmong(ctx.env, form.formId, { before: shards, moving: false }, idempotency);
  return outcome?.kind === "replayed" ? replayOf(ctx, form, input, outcome) : null;
}

async function replayOf(
  ctx: ServiceContext,
  { workspaceId, formId }: Pick<PublishedForm, "workspaceId" | "formId">,
  input: AcceptInput,
  outcome: Accepted,
): Promise<AcceptedResponse> {
  const shard = Number(outcome.position.split(":")[0]);
  let data: Record<string, unknown> = {};
  if (outcome.data !== null) data = JSON.parse(outcome.data);
  else {
    const [entry] = await openPrimaryStore(ctx.env).entries(workspaceId, formId, shard, outcome.seq - 1, 1);
    data = entry?.data ?? {};
  }
  const resumeToken =
    outcome.status === "complete"
      ? null
      : (input.resumeToken ?? (await firstResumeToken(ctx.env, formId, shard, outcome.responseId, input.idempotency)));
  return { ...toAccepted(formId, outcome, data), resumeToken, replayed: true };
}

function toAccepted(formId: string, outcome: Accepted, data: Record<string, unknown>): AcceptedResponse {
  const { responseId: id, formVersion, status, submittedAt, seq, position } = outcome;
  return { id, formId, formVersion, status, submittedAt, data, seq, position, resumeToken: null, replayed: false };
}

function plausibleStart(startedAt: number | undefined, now: number, submittedAt = now): number | null {
  return startedAt !== undefined && startedAt <= submittedAt && startedAt > submittedAt - MAX_FILL_MS ? startedAt : null;
}
