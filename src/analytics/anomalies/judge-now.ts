// The hours up to now, against what they should have brought: what is told within minutes.
import type { WorkspaceContext } from "../../shared/context";
import { addDays } from "../time-zones";
import { bandOf, scoreOf } from "./baseline";
import { deviationsOf, silenceNeeds } from "./detect";
import { type ActiveDetector, activeDetectors } from "./detectors";
import type { HourBaseline } from "./hour-baseline";
import { hourIndex, hoursOf, instantOfHour, todayAt, type WatchedForm } from "./hours";
import type { Unexplained } from "./list";
import { endAlert, report } from "./raise";

const MINUTE_MS = 60_000;
export const JUDGED_EVERY_MS = 5 * MINUTE_MS;

/** The hours up to now: too many within the last ones, or nobody at all for too long. Answers when to look again. */
export async function judgeNow(ctx: WorkspaceContext, form: WatchedForm, baseline: HourBaseline): Promise<number> {
  const now = ctx.now();
  const hours = await hoursOf(ctx, form, baseline.firstDate, todayAt(now, form.zone));
  const at = Math.min(hourIndex(hours, now), hours.complete.length);
  const open = Math.floor(at);
  let next = now + 24 * 60 * MINUTE_MS;
  for (const detector of await activeDetectors(ctx, form.formId)) {
    if (detector.kind === "spike") {
      // Its own window, and the last hour: what comes at once should be told at once.
      const odd = [...new Set([1, detector.windowHours])]
        .map((length) => spikeIn(hours.complete, baseline, open, length, detector))
        .find((each) => each !== null);
      if (odd !== undefined && odd !== null) {
        const from = instantOfHour(hours, odd.first);
        await report(
          ctx,
          form,
          detector,
          [
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
          ],
          "now",
        );
      } else await endAlert(ctx, form, detector, "now");
    }
    if (detector.kind === "silence") {
      const { first, expected, due } = silenceAt(hours.complete, baseline, at, detector);
      if (due === null) {
        await report(
          ctx,
          form,
          detector,
          [
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
          ],
          "now",
        );
        next = Math.min(next, now + 60 * MINUTE_MS);
      } else {
        await endAlert(ctx, form, detector, "now");
        if (Number.isFinite(due)) next = Math.min(next, now + (due - at) * 60 * MINUTE_MS);
      }
    }
  }
  return Math.max(next, now + JUDGED_EVERY_MS);
}

function spikeIn(
  complete: readonly number[],
  { hours, spread }: HourBaseline,
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
function silenceAt(
  complete: readonly number[],
  { hours, spread }: HourBaseline,
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
