// What was odd about a form between two days: judged anew each time from the ledgers' own counts, so that an answer that was
// deleted or put right since no longer speaks.

import { getForm } from "../../forms";
import { passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { type DayRange, dayRange } from "../day-range";
import { loadAnalysedForm } from "../form";
import { addDays } from "../time-zones";
import { type Judged, judgeWindows } from "./baseline";
import type { Cause } from "./causes";
import { type Detector, detectIn, type Finding } from "./detect";
import { type ActiveDetector, activeDetectors } from "./detectors";
import { dateOfHour, type Hours, hoursOf, instantOfHour, todayAt, type WatchedForm, watchedForm, windowsOf } from "./hours";
import { causesOf } from "./read-causes";

export interface Anomaly {
  kind: Finding["kind"];
  detectorId: string | null;
  /** On which it was sure; of a silence, on which it began. */
  date: string;
  from: number;
  to: number;
  observed: number;
  expected: number;
  lower: number;
  upper: number;
  direction: "up" | "down";
  severity: "low" | "medium" | "high";
  causes: Cause[];
}

/** What a day is judged by. */
const HISTORY_DAYS = 70;
export const MAX_MONTHS = 12;
/** Each asks the store what came from where; the gravest go first. */
const MAX_EXPLAINED = 20;

export interface RangeInput {
  startDate?: string;
  endDate?: string;
}

export async function listAnomalies(ctx: ServiceContext, idOrSlug: string, input: RangeInput): Promise<Anomaly[]> {
  assertCan(ctx, "read");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  if (await isDraft(ctx, formId)) return [];
  const form = await watchedForm(ctx, formId);
  const range = dayRange(input, ctx.now(), { months: MAX_MONTHS, zone: form.zone });
  const found = await judgeRange(ctx, form, range, await activeDetectors(ctx, formId));
  return explain(ctx, form, found);
}

export interface Trial {
  anomalies: Anomaly[];
  startDate: string;
  endDate: string;
  /** Days of the range that there was enough before to judge. */
  judgedDays: number;
}

/** What this detector would have reported, had it been there. Nothing is kept. */
export async function tryDetector(ctx: ServiceContext, idOrSlug: string, detector: Detector, input: RangeInput): Promise<Trial> {
  assertCan(ctx, "read");
  const { formId } = await loadAnalysedForm(ctx, idOrSlug);
  const zone = (await isDraft(ctx, formId)) ? undefined : (await watchedForm(ctx, formId)).zone;
  const range = dayRange(input, ctx.now(), { months: MAX_MONTHS, zone });
  if (zone === undefined) return { ...range, anomalies: [], judgedDays: 0 };
  const form = await watchedForm(ctx, formId);
  const hours = await hoursFor(ctx, form, range);
  const found = findingsIn(hours, [{ ...detector, id: null, name: null }], ctx.now(), range);
  const { windows } = windowsOf(hours, 24, ctx.now());
  const first = hours.firstDate;
  const judgedDays = judgeWindows(windows).judged.filter(
    ({ expected }, i) => expected !== null && addDays(first, i) >= range.startDate,
  ).length;
  return { ...range, anomalies: await explain(ctx, form, found), judgedDays };
}

async function isDraft(ctx: ServiceContext, formId: string): Promise<boolean> {
  return (await getForm(ctx, formId)).version === 0;
}

export async function judgeRange(
  ctx: WorkspaceContext,
  form: WatchedForm,
  range: DayRange,
  detectors: readonly ActiveDetector[],
): Promise<Unexplained[]> {
  return findingsIn(await hoursFor(ctx, form, range), detectors, ctx.now(), range);
}

async function hoursFor(ctx: ServiceContext, form: WatchedForm, { startDate, endDate }: DayRange): Promise<Hours> {
  const today = todayAt(ctx.now(), form.zone);
  const last = endDate < today ? endDate : today;
  const hours = await hoursOf(ctx, form, addDays(startDate < last ? startDate : last, -HISTORY_DAYS), last);
  return sinceFirst(hours);
}

/** Before anybody came there was nothing to be expected. */
function sinceFirst(hours: Hours): Hours {
  const first = hours.starts.findIndex((count, i) => count > 0 || (hours.complete[i] ?? 0) > 0);
  if (first <= 0) return hours;
  const days = Math.floor(first / 24);
  return {
    ...hours,
    firstDate: addDays(hours.firstDate, days),
    complete: hours.complete.slice(days * 24),
    starts: hours.starts.slice(days * 24),
  };
}

export type Unexplained = Omit<Anomaly, "causes"> & { suspect: { observed: number; expected: number } };

export function findingsIn(hours: Hours, detectors: readonly ActiveDetector[], now: number, range: DayRange): Unexplained[] {
  const judgedBy = new Map<number, { judged: Judged[]; lastIsOpen: boolean }>();
  const found = detectors.flatMap((detector) => {
    const length = windowLength(detector);
    let pass = judgedBy.get(length);
    if (pass === undefined) {
      const { windows, lastIsOpen } = windowsOf(hours, length, now);
      pass = { judged: judgeWindows(windows).judged, lastIsOpen };
      judgedBy.set(length, pass);
    }
    const { judged, lastIsOpen } = pass;
    return detectIn(judged, detector, lastIsOpen).map((finding): Unexplained => {
      const at = finding.kind === "level_shift" ? finding.last : finding.first;
      const starts = judged[finding.first]?.starts ?? 0;
      const isRate = finding.kind === "completion_rate";
      const { first, last, score: _, ...rest } = finding;
      return {
        ...rest,
        detectorId: detector.id,
        date: dateOfHour(hours, at * length),
        from: instantOfHour(hours, first * length),
        to: Math.min(now, instantOfHour(hours, (last + 1) * length)),
        suspect: isRate ? { observed: finding.observed * starts, expected: finding.expected * starts } : finding,
      };
    });
  });
  return found
    .filter(({ date }) => date >= range.startDate && date <= range.endDate)
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.from - b.from));
}

/** A silence may begin at any hour; a shift is told from days. */
export function windowLength({ kind, windowHours }: Detector): number {
  return kind === "silence" ? 1 : kind === "level_shift" ? 24 : windowHours;
}

const GRAVITY = { high: 2, medium: 1, low: 0 };

export async function explain(ctx: WorkspaceContext, form: WatchedForm, found: readonly Unexplained[]): Promise<Anomaly[]> {
  const gravest = new Set([...found].sort((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity]).slice(0, MAX_EXPLAINED));
  // Causes are told from the store.
  if (found.length > 0) await passBarrier(ctx, form.formId, form.settings);
  const explained: Anomaly[] = [];
  for (const each of found) {
    const { suspect, ...anomaly } = each;
    const causes = gravest.has(each) ? await causesOf(ctx, form, { ...suspect, from: anomaly.from, to: anomaly.to }) : [];
    explained.push({ ...anomaly, causes });
  }
  return explained;
}
