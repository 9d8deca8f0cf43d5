// pure. What the default detectors report of known histories: what they find, what they miss, what they make up.
import { judgeWindows } from "../../../src/analytics/anomalies/baseline";
import { DEFAULT_DETECTORS, type DetectorKind, detectIn, type Finding } from "../../../src/analytics/anomalies/detect";
import type { KnownHistory } from "./histories";

export interface Tally {
  planted: number;
  found: number;
  /** Of what was reported, as days or silences. */
  reported: number;
  explained: number;
  weeks: number;
}

export interface Result {
  byKind: Record<DetectorKind, Tally>;
  all: Tally;
}

export function tally(histories: readonly KnownHistory[]): Result {
  const empty = (): Tally => ({ planted: 0, found: 0, reported: 0, explained: 0, weeks: 0 });
  const byKind = Object.fromEntries(DEFAULT_DETECTORS.map(({ kind }) => [kind, empty()])) as Record<DetectorKind, Tally>;
  const all = empty();
  for (const history of histories) {
    const judged = new Map([1, 24].map((hours) => [hours, judgeWindows(windowsOf(history, hours)).judged]));
    const reports = DEFAULT_DETECTORS.flatMap((detector) => {
      return detectIn(judged.get(detector.windowHours) ?? [], detector, false).map((finding) => ({
        finding,
        ...daysOf(finding, detector.windowHours),
      }));
    });
    for (const each of [all, ...Object.values(byKind)]) each.weeks += (history.days - 21) / 7;
    for (const event of history.events) {
      const found = reports.some(({ finding, from, to }) => tells(event.kind, finding) && from < event.day + event.days && to >= event.day);
      for (const each of [all, byKind[event.kind]]) {
        each.planted += 1;
        if (found) each.found += 1;
      }
    }
    for (const { finding, from, to } of reports) {
      // Whatever kind it is called: the day was odd. What follows a shift for two weeks still speaks of it.
      const explained = history.events.some(({ day, days, kind }) => from < day + (kind === "level_shift" ? 21 : days) + 1 && to >= day);
      for (const each of [all, byKind[finding.kind]]) {
        each.reported += 1;
        if (explained) each.explained += 1;
      }
    }
  }
  return { byKind, all };
}

/** A fall for good is also seen as drops, and a silence of a day's best hours as a drop. */
function tells(kind: DetectorKind, { kind: by, direction }: Finding): boolean {
  if (kind === by) return true;
  return (
    direction === "down" &&
    (kind === "level_shift" || kind === "silence" || kind === "drop") &&
    (by === "drop" || by === "level_shift" || by === "silence")
  );
}

function windowsOf({ complete, starts }: KnownHistory, hours: number) {
  const added = (values: readonly number[]) =>
    Array.from({ length: values.length / hours }, (_, i) =>
      values.slice(i * hours, (i + 1) * hours).reduce((sum, value) => sum + value, 0),
    );
  return { hours, firstSlot: 0, complete: added(complete), starts: added(starts) };
}

function daysOf({ first, last }: Finding, hours: number): { from: number; to: number } {
  return { from: Math.floor((first * hours) / 24), to: Math.floor((last * hours) / 24) };
}
