// The watch over forms that get answers. On commit (a settled range) the hours up to now are judged, at most every few minutes a
// form; at night the day that is over, with everything the detectors know; and by day at the moment from which on a silence would
// mean something, because then nothing is committed that could tell. The rows say who is due; a sweep claims a few each minute.
import { sql } from "drizzle-orm";
import type { Follower } from "../../responses";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { describeError } from "../../shared/log";
import { counter } from "../../shared/metrics";
import { addDays, startOfDate } from "../time-zones";
import { activeDetectors } from "./detectors";
import { learnHours, readBaseline } from "./hour-baseline";
import { todayAt, type WatchedForm, watchedForm } from "./hours";
import { JUDGED_EVERY_MS, judgeNow } from "./judge-now";
import { judgeRange } from "./list";
import { endAlert, report } from "./raise";

const MINUTE_MS = 60_000;
const CLAIMED_AT_ONCE = 20;
const CLAIM_MS = 5 * MINUTE_MS;
const SWEEP_MS = 15_000;
/** After midnight there, when the last answers of the day have been settled for long. */
const NIGHT_MS = 15 * MINUTE_MS;
const MAX_KEPT = 10_000;

const checks = counter("headwater_anomaly_checks_total", "Forms looked at for anomalies.", ["when", "outcome"]);

// By form: when it was last looked at from here. Forgetting it costs one look more.
const looked = new Map<string, number>();

/** A follower must be cheap: mostly it finds that this isolate has looked a moment ago. */
export const watchCommits: Follower = async (ctx, { formId }) => {
  const now = ctx.now();
  const since = now - (looked.get(formId) ?? Number.NEGATIVE_INFINITY);
  // A clock that was put back must not keep anybody from looking.
  if (since >= 0 && since < JUDGED_EVERY_MS) return;
  if (looked.size >= MAX_KEPT) looked.clear();
  looked.set(formId, now);
  try {
    await onCommit(ctx, formId);
  } catch (error) {
    // Whoever follows after us must not wait for a judgement that can be made in five minutes.
    checks.add(1, "commit", "failed");
    ctx.log.warn("anomalies not judged on commit", { form_id: formId, ...describeError(error) });
  }
};

async function onCommit(ctx: WorkspaceContext, formId: string): Promise<void> {
  const row = await ctx.db.get<{ baseline: string | null }>(
    sql`SELECT baseline FROM anomaly_watch WHERE form_id = ${formId} AND workspace_id = ${ctx.workspaceId}`,
  );
  if (row === undefined) {
    await ctx.db.run(sql`INSERT INTO anomaly_watch (form_id, workspace_id, next_check_at, updated_at)
      VALUES (${formId}, ${ctx.workspaceId}, ${ctx.now()}, ${ctx.now()}) ON CONFLICT DO NOTHING`);
    return;
  }
  const baseline = readBaseline(row.baseline);
  if (baseline === null) return;
  await judgeNow(ctx, await watchedForm(ctx, formId), baseline);
  checks.add(1, "commit", "judged");
}

/** The minute sweep: forms that are due, a few at a time. */
export async function checkDueForms(ctx: ServiceContext, workMs = SWEEP_MS): Promise<number> {
  const until = Date.now() + workMs;
  let checked = 0;
  do {
    const now = ctx.now();
    const due = await ctx.db.all<{ form_id: string; workspace_id: string; judged_day: string | null; baseline: string | null }>(
      sql`UPDATE anomaly_watch SET next_check_at = ${now + CLAIM_MS} WHERE form_id IN
        (SELECT form_id FROM anomaly_watch WHERE next_check_at <= ${now} ORDER BY next_check_at, form_id LIMIT ${CLAIMED_AT_ONCE})
        AND next_check_at <= ${now} RETURNING form_id, workspace_id, judged_day, baseline`,
    );
    for (const row of due) await checkOne(asSystem(ctx, row.workspace_id), row.form_id, row.judged_day, row.baseline);
    checked += due.length;
    if (due.length < CLAIMED_AT_ONCE) break;
  } while (Date.now() < until);
  return checked;
}

async function checkOne(ctx: WorkspaceContext, formId: string, judgedDay: string | null, kept: string | null): Promise<void> {
  try {
    const form = await watchedForm(ctx, formId);
    const today = todayAt(ctx.now(), form.zone);
    const yesterday = addDays(today, -1);
    let baseline = readBaseline(kept);
    if (!form.takesAnswers) {
      for (const detector of await activeDetectors(ctx, formId)) {
        for (const when of ["now", "day"] as const) await endAlert(ctx, form, detector, when);
      }
      baseline = null;
    } else if (judgedDay !== yesterday || baseline === null) {
      await judgeDay(ctx, form, yesterday);
      baseline = await learnHours(ctx, form, today);
      checks.add(1, "night", "judged");
    }
    const next = baseline === null ? Number.POSITIVE_INFINITY : await judgeNow(ctx, form, baseline);
    const night = startOfDate(addDays(today, 1), form.zone) + NIGHT_MS;
    await ctx.db.run(sql`UPDATE anomaly_watch SET next_check_at = ${Math.min(next, night)}, judged_day = ${yesterday},
      baseline = ${baseline === null ? null : JSON.stringify(baseline)}, updated_at = ${ctx.now()} WHERE form_id = ${formId}`);
  } catch (error) {
    checks.add(1, "night", "failed");
    if (error instanceof NotFoundError) await ctx.db.run(sql`DELETE FROM anomaly_watch WHERE form_id = ${formId}`);
    else ctx.log.warn("anomalies not judged", { form_id: formId, ...describeError(error) });
  }
}

async function judgeDay(ctx: WorkspaceContext, form: WatchedForm, day: string): Promise<void> {
  const detectors = await activeDetectors(ctx, form.formId);
  const found = await judgeRange(ctx, form, { startDate: day, endDate: day }, detectors);
  for (const detector of detectors) {
    const own = found.filter((each) => each.kind === detector.kind && each.detectorId === detector.id);
    if (own.length > 0) await report(ctx, form, detector, own, "day");
    else await endAlert(ctx, form, detector, "day");
  }
}
