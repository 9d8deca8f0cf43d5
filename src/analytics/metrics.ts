// The numbers of a form at a glance: from its ledgers' memory, so right with the reply to a submit; or rebuilt for an earlier moment.
import { cached } from "../cache";
import { type AsOf, type Moment, momentOf, passBarrier } from "../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { openPrimaryStore, openStateStore } from "../store";
import { type AnalysedForm, loadAnalysedForm } from "./form";
import { eachLedger, type LedgerTotals, ledgerReadsOf } from "./ledger-reads";
import { summarise, type Totals } from "./summarise";
import { dayOf } from "./today";
import { assertTimeZone } from "./zone";

export interface Metrics extends ReturnType<typeof summarise> {
  formId: string;
  asOf: number;
  position: string;
  current: boolean;
}

const LAST_KEPT_SECONDS = 3_600;

export async function getMetrics(ctx: ServiceContext, input: { formId: string; timezone: string } & AsOf): Promise<Metrics> {
  assertCan(ctx, "read");
  assertTimeZone(input.timezone);
  const form = await loadAnalysedForm(ctx, input.formId);
  const moment = await momentOf(ctx, form, input);
  return moment === null ? metricsNow(ctx, form, input.timezone) : metricsAt(ctx, form, input.timezone, moment);
}

async function metricsNow(ctx: WorkspaceContext, form: AnalysedForm, zone: string): Promise<Metrics> {
  const now = ctx.now();
  const { from, to } = dayOf(now, zone);
  const totals = await Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.totalsWithin(from, to)));
  const position = totals.map((total) => total.position).join(",");
  const summary = summarise(totals);
  const { at, current } = await lastSubmitted(ctx, form, totals, position, summary.lastSubmittedAt);
  return { ...summary, lastSubmittedAt: at, formId: form.formId, asOf: now, position, current };
}

/** A ledger whose newest response was taken away does not know the one before; the store does, and for one position it never changes. */
async function lastSubmitted(ctx: WorkspaceContext, form: AnalysedForm, totals: LedgerTotals[], position: string, known: number | null) {
  if (totals.every((total) => total.complete === 0 || total.lastSubmittedAt !== null)) return { at: known, current: true };
  const barrier = await passBarrier(ctx, form.formId, form.settings);
  const read = async () => {
    const query = { workspaceId: ctx.workspaceId, formId: form.formId, status: "complete", descending: true, limit: 1 } as const;
    const [row] = await openPrimaryStore(ctx.env).listResponses(query);
    return row?.submittedAt ?? null;
  };
  // More may have happened since the totals were read; then this is the answer for now, but not the one to keep.
  if (barrier.position !== position) return { at: await read(), current: barrier.current };
  const key = `last-submitted:${ctx.workspaceId}:${form.formId}:${position}`;
  const { value } = await cached(ctx, { key, tags: [], ttlSeconds: LAST_KEPT_SECONDS, staleSeconds: 0, bypass: !barrier.current }, read);
  return { at: value, current: barrier.current };
}

async function metricsAt(ctx: WorkspaceContext, form: AnalysedForm, zone: string, moment: Moment): Promise<Metrics> {
  const { marks, at, current } = moment;
  const { from, to } = dayOf(at, zone);
  const query = { workspaceId: ctx.workspaceId, formId: form.formId, asOf: marks };
  const [state, ...visits] = await Promise.all([
    openStateStore(ctx.env).totals(query, from, to),
    ...marks.map(([shard, seq]) => ledgerReadsOf(ctx.env, form.formId, shard).visitsAt(seq)),
  ]);
  const totals: Totals = {
    ...state,
    views: visits.reduce((sum, { views }) => sum + views, 0),
    starts: visits.reduce((sum, { openStarts }) => sum + openStarts, state.complete + state.partial),
  };
  const position = marks.map(([shard, seq]) => `${shard}:${seq}`).join(",");
  return { ...summarise([totals]), formId: form.formId, asOf: at, position, current };
}
