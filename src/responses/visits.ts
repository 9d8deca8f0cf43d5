// Views and starts: what happens before there is a response.
import { getPublishedForm, listPages, type PublishedForm } from "../forms";
import type { ServiceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { assertWelcome } from "./doors";
import { withOtherLedgers } from "./elsewhere";
import { guardsOf } from "./guards";
import { ledgerOf } from "./ledger/api";
import type { Place, StartRef } from "./ledger/types";
import { digest } from "./meta";
import { refusalError } from "./refusals";
import { shardFor } from "./shards";
import { makeStartToken, readStartToken } from "./start-token";

export interface StartedVisit {
  token: string;
  startedAt: number;
  placeHeldUntil: number | null;
}

/**
 * Somebody begins to fill in. The token proves when, and keeps a place while there are places to run out of. The form's own page
 * brings the token it was opened with.
 */
export async function startVisit(
  ctx: ServiceContext,
  formId: string,
  origin: string | null,
  page?: { token: string; at?: string },
): Promise<StartedVisit> {
  const form = await getPublishedForm(ctx, formId);
  const { settings } = form.schema;
  const now = ctx.now();
  const visit = { origin, ownPage: page !== undefined, trap: null, startedAt: null };
  assertWelcome({ allowed_origins: settings?.allowed_origins }, visit, now);
  const { token, start } = await openedOrNew(ctx, form.formId, page?.token);
  const guards = guardsOf(settings, form.formId, {}, { ip: null }, ctx.env.APP_SECRET);
  const address = ctx.client.ip === null ? null : digest(`${ctx.env.APP_SECRET}:${ctx.client.ip}`);
  // By when it began, so that a page which tells it twice is counted once.
  const ledger = ledgerOf(ctx.env, form.formId, shardFor(form, start.id, start.at));
  const outcome = await ledger.start({
    start,
    first: placeOn(form, undefined),
    place: placeOn(form, page?.at),
    workspaceId: form.workspaceId,
    address,
    guards: await withOtherLedgers(ctx.env, form.formId, settings, guards),
  });
  if (outcome.kind === "refused") throw refusalError(outcome.reason);
  return { token, startedAt: start.at, placeHeldUntil: outcome.heldUntil };
}

/** Somebody who has begun has come to that page. Nobody is kept from turning it because it could not be noted. */
export async function noteTurn(ctx: ServiceContext, form: PublishedForm, token: string, page: string): Promise<void> {
  try {
    const start = await readStartToken(ctx.env.APP_SECRET, form.formId, token);
    if (start === null) return;
    await ledgerOf(ctx.env, form.formId, shardFor(form, start.id, start.at)).turned(start.id, placeOn(form, page), ctx.now());
  } catch (error) {
    ctx.log.warn("a turned page was not noted", { form_id: form.formId, ...describeError(error) });
  }
}

function placeOn({ schema, version }: PublishedForm, name: string | undefined): Place {
  const pages = listPages(schema);
  const rank = Math.max(
    0,
    pages.findIndex((page) => page.name === name),
  );
  return { version, rank, page: pages[rank]?.name ?? "" };
}

async function openedOrNew(ctx: ServiceContext, formId: string, token: string | undefined): Promise<{ token: string; start: StartRef }> {
  const start = token === undefined ? null : await readStartToken(ctx.env.APP_SECRET, formId, token);
  return token !== undefined && start !== null ? { token, start } : makeStartToken(ctx.env.APP_SECRET, formId, ctx.now());
}

interface Pending {
  workspaceId: string;
  count: number;
}

// Counts only, no promises: a request may pick up what another has counted, but may never wait for it.
const pending = new Map<string, Pending>();
const sending = new Set<string>();
const MAX_ROUNDS = 20;

/** Counts a view without making anybody wait: one request at a time carries what all of them have counted. */
export function noteView(ctx: ServiceContext, form: { formId: string; workspaceId: string }): void {
  const counted = pending.get(form.formId) ?? { workspaceId: form.workspaceId, count: 0 };
  counted.count += 1;
  pending.set(form.formId, counted);
  if (sending.has(form.formId)) return;
  sending.add(form.formId);
  ctx.defer(sendViews(ctx, form.formId));
}

async function sendViews(ctx: ServiceContext, formId: string): Promise<void> {
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const counted = pending.get(formId);
      if (counted === undefined) return;
      pending.delete(formId);
      await ledgerOf(ctx.env, formId, 0).viewed(counted.count, ctx.now(), counted.workspaceId);
    }
  } catch (error) {
    ctx.log.warn("views not counted", { form_id: formId, ...describeError(error) });
  } finally {
    sending.delete(formId);
  }
}
