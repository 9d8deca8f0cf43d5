// The watch over forms that get answers. On commit (a settled range) the hours up to now are judged, at most every few minutes a
// form; at night the day that is over, with everything the detectors know; and by day at the moment from which on a silence would
// mean something, because then nothing is committed that could tell. The rows say who is due; a sweep claims a few each minute.
import { sql } from "drizzle-orm";
import { z } from "zod";
import { alertPort } from "../../alerts";
import type { Follower } from "../../responses";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { describeError } from "../../shared/log";
import { counter } from "../../shared/metrics";
import { addDays, startOfDate } from "../time-zones";
import { bandOf, judgeWindows, scoreOf } from "./baseline";
import { deviationsOf, silenceNeeds } from "./detect";
import { type ActiveDetector, activeDetectors } from "./detectors";
import { hourIndex, hoursOf, instantOfHour, todayAt, type WatchedForm, watchedForm, windowsOf } from "./hours";
import { explain, judgeRange, type Unexplained } from "./list";

const MINUTE_MS = 60_000;
const JUDGED_EVERY_MS = 5 * MINUTE_MS;
const CLAIMED_AT_ONCE = 20;
const CLAIM_MS = 5 * MINUTE_MS;
const SWEEP_MS = 15_000;
/** After midnight there, when the last answers of the day have been settled for long. */
const NIGHT_MS = 15 * MINUTE_MS;
const LEARNED_DAYS = 63;
const AHEAD_DAYS = 2;
const MAX_KEPT = 10_000;

const checks = counter("headwater_anomaly_checks_total", "Forms looked at for anomalies.", ["when", "outcome"]);

/** What each hour of yesterday to tomorrow should bring. */
const Baseline = z.object({ firstDate: z.string(), hours: z.array(z.number()), spread: z.number() });
type Baseline = z.infer<typeof Baseline>;

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

/** The hours up to now: too many within the last ones, or nobody at all for too long. Answers when to look again. */
export async function judgeNow(ctx: WorkspaceContext, form: WatchedForm, baseline: Baseline): Promise<number> {
  const now = ctx.now();
  const alerts = alertPort(ctx);
  const hours = await hoursOf(ctx, form, baseline.firstDate, todayAt(now, form.zone));
  const at = Math.min(hourIndex(hours, now), hours.complete.length);
  const open = Math.floor(at);
  let next = now + 24 * 60 * MINUTE_MS;
  for (const detector of await activeDetectors(ctx, form.formId)) {
    const key = keyOf(form, detector);
    if (detector.kind === "spike") {
      // Its own window, and the last hour: what comes at once should be told at once.
      const odd = [...new Set([1, detector.windowHours])]
        .map((length) => spikeIn(hours.complete, baseline, open, length, detector))
        .find((each) => each !== null);
      if (odd !== undefined && odd !== null) {
        const from = instantOfHour(hours, odd.first);
        await report(ctx, form, detector, [
          {
            kind: "spike",
            detectorId: detector.id,
            date: addDays(baseline.firstDate, Math.floor(odd.first / 24)),
            from,
            to: now,
            ...odd,
            direction: "up",
            suspect: odd,
          },
        ]);
      } else await alerts.over(`${key}:now`);
    }
    if (detector.kind === "silence") {
      const { first, expected, due } = silenceAt(hours.complete, baseline, at, detector);
      if (due === null) {
        await report(ctx, form, detector, [
          {
            kind: "silence",
            detectorId: detector.id,
            date: addDays(baseline.firstDate, Math.floor(first / 24)),
            from: instantOfHour(hours, first),
            to: now,
            observed: 0,
            expected,
            ...bandOf(expected, baseline.spread, deviationsOf({ ...detector, windowHours: 24 })),
            direction: "down",
            severity: expected / baseline.spread > 40 ? "high" : "medium",
            suspect: { observed: 0, expected },
          },
        ]);
        next = Math.min(next, now + 60 * MINUTE_MS);
      } else {
        await alerts.over(`${key}:now`);
        if (Number.isFinite(due)) next = Math.min(next, now + (due - at) * 60 * MINUTE_MS);
      }
    }
  }
  return Math.max(next, now + JUDGED_EVERY_MS);
}

export function spikeIn(
  complete: readonly number[],
  { hours, spread }: Baseline,
  open: number,
  length: number,
  detector: Pick<ActiveDetector, "sensitivity" | "minimum">,
): (Pick<Unexplained, "observed" | "expected" | "lower" | "upper" | "severity"> & { first: number }) | null {
  const first = Math.floor(open / length) * length;
  const sumOf = (values: readonly number[]) => values.slice(first, first + length).reduce((sum, value) => sum + value, 0);
  const observed = sumOf(complete);
  // Of the whole window, though it may not be over: when there are too many by now, more will not make it fewer.
  const expected = sumOf(hours);
  // Hours of a day hang together: more of them are less sure than counting says.
  const wide = spread * Math.sqrt(length);
  const deviations = deviationsOf({ ...detector, windowHours: length }) + 0.5;
  const score = scoreOf(observed, expected, wide);
  if (expected < detector.minimum || score <= deviations || observed - expected < LEAST_EXTRA) return null;
  return {
    first,
    observed,
    expected,
    ...bandOf(expected, wide, deviations),
    severity: score >= 8 ? "high" : score >= 5.5 ? "medium" : "low",
  };
}

const LEAST_EXTRA = 10;

/** Since when nobody has come and how many should have; `due` is the hour from which on that is odd, null when it is by now. */
export function silenceAt(
  complete: readonly number[],
  { hours, spread }: Baseline,
  at: number,
  detector: Pick<ActiveDetector, "sensitivity" | "minimum">,
): { first: number; expected: number; due: number | null } {
  const needed = silenceNeeds(detector, spread);
  let first = Math.floor(at);
  while (first >= 0 && (complete[first] ?? 0) === 0) first--;
  // Within the hour of the last answer it is not known when it was.
  first += 1;
  let expected = 0;
  for (let hour = first; hour < at; hour++) expected += (hours[hour] ?? 0) * Math.min(1, at - hour);
  if (expected >= needed) return { first, expected, due: null };
  let sum = expected - (hours[Math.floor(at)] ?? 0) * (first <= Math.floor(at) ? at - Math.floor(at) : 0);
  for (let hour = Math.max(first, Math.floor(at)); hour < hours.length; hour++) {
    sum += hours[hour] ?? 0;
    if (sum >= needed) return { first, expected, due: hour + 1 };
  }
  return { first, expected, due: Number.POSITIVE_INFINITY };
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
        for (const when of ["now", "day"] as const) await alertPort(ctx).over(`${keyOf(form, detector)}:${when}`);
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
    else await alertPort(ctx).over(`${keyOf(form, detector)}:day`);
  }
}

async function report(
  ctx: WorkspaceContext,
  form: WatchedForm,
  detector: ActiveDetector,
  found: readonly Unexplained[],
  when: "now" | "day" = "now",
): Promise<void> {
  for (const anomaly of await explain(ctx, form, found)) {
    const { kind, date, observed, expected, lower, upper, direction, severity, causes } = anomaly;
    await alertPort(ctx).raise({
      source: "anomaly",
      key: `${keyOf(form, detector)}:${when}`,
      formId: form.formId,
      severity,
      title: titleOf(anomaly, detector.name),
      details: { kind, date, observed, expected, lower, upper, direction, likely_causes: causes, detector_id: detector.id },
    });
  }
}

function titleOf({ kind, observed, expected, from, to }: Unexplained | Omit<Unexplained, "suspect">, name: string | null): string {
  const percent = Math.round(100 * Math.abs(observed / Math.max(expected, 1e-9) - 1));
  const lead = name === null ? "" : `${name}: `;
  switch (kind) {
    case "silence":
      return `${lead}No response for ${Math.max(1, Math.round((to - from) / 3_600_000))} h where ${Math.round(expected)} were expected`;
    case "completion_rate":
      return `${lead}${Math.round(100 * observed)} % of those who start complete; ${Math.round(100 * expected)} % usually do`;
    case "level_shift":
      return `${lead}Responses have been ${percent} % ${observed < expected ? "below" : "above"} their level for days`;
    case "drop":
      return `${lead}Responses fell ${percent} % below what was expected`;
    case "spike":
      return `${lead}${Math.round(observed)} responses where ${Math.round(expected)} were expected`;
  }
}

function keyOf({ formId }: WatchedForm, { id, kind }: ActiveDetector): string {
  return `anomaly:${formId}:${id ?? kind}`;
}

async function learnHours(ctx: WorkspaceContext, form: WatchedForm, today: string): Promise<Baseline | null> {
  const past = await hoursOf(ctx, form, addDays(today, -LEARNED_DAYS), addDays(today, -1));
  const first = past.complete.findIndex((count) => count > 0);
  const skipped = first < 0 ? past.complete.length : Math.floor(first / 24) * 24;
  const known = {
    ...past,
    complete: past.complete.slice(skipped),
    starts: past.starts.slice(skipped),
    firstDate: addDays(past.firstDate, skipped / 24),
  };
  const { windows } = windowsOf(known, 1, startOfDate(today, form.zone));
  const { judged, next, spread } = judgeWindows({ ...windows, complete: known.complete, starts: known.starts });
  if (judged.length === 0 || judged.at(-1)?.expected === null) return null;
  const yesterday = judged.slice(-24).map(({ expected }) => expected ?? 0);
  return { firstDate: addDays(today, -1), hours: [...yesterday, ...next.slice(0, AHEAD_DAYS * 24)], spread };
}

function readBaseline(kept: string | null): Baseline | null {
  if (kept === null) return null;
  const parsed = Baseline.safeParse(JSON.parse(kept));
  return parsed.success ? parsed.data : null;
}
