// pure. What a detector reports of judged windows.
import { bandOf, type Judged, judgeWindows, scoreOf, type Windows } from "./baseline";

export const DETECTOR_KINDS = ["drop", "spike", "level_shift", "silence", "completion_rate"] as const;
export type DetectorKind = (typeof DETECTOR_KINDS)[number];
export const SENSITIVITIES = ["low", "medium", "high"] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];
/** Windows begin at midnight and come out even. */
export const WINDOW_HOURS = [1, 2, 3, 4, 6, 8, 12, 24] as const;

export interface Detector {
  kind: DetectorKind;
  sensitivity: Sensitivity;
  /** Of a silence: not used, it is as long as it is. Of a level shift: always a day. */
  windowHours: number;
  /** Below so many expected (or started, for a completion rate) in the window it says nothing. */
  minimum: number;
}

export interface Finding {
  kind: DetectorKind;
  /** The window, or the first and the last of several. */
  first: number;
  last: number;
  observed: number;
  expected: number;
  lower: number;
  upper: number;
  direction: "up" | "down";
  severity: "low" | "medium" | "high";
  score: number;
}

export const DEFAULT_DETECTORS: readonly Detector[] = [
  { kind: "drop", sensitivity: "medium", windowHours: 24, minimum: 5 },
  { kind: "spike", sensitivity: "medium", windowHours: 24, minimum: 0 },
  { kind: "level_shift", sensitivity: "medium", windowHours: 24, minimum: 5 },
  { kind: "silence", sensitivity: "medium", windowHours: 1, minimum: 20 },
  { kind: "completion_rate", sensitivity: "medium", windowHours: 24, minimum: 20 },
];

const DEVIATIONS: Record<Sensitivity, number> = { low: 4.5, medium: 3.4, high: 2.7 };
/** Shorter windows are more windows: as many false alarms a week asks for more. */
const SHORTER_WINDOW = 0.75;
/** A spike that is only unlikely helps nobody: it must also be worth a look. */
const LEAST_EXTRA = 8;
/** A large one is told soon, a small one when it has lasted. */
const SHIFT_DAYS = [3, 5, 7] as const;
const SHIFT_SPREAD = 1.5;
const LEAST_SHIFT = 0.15;
const SHIFT_QUIET_DAYS = 14;

export function deviationsOf({ sensitivity, windowHours }: Pick<Detector, "sensitivity" | "windowHours">): number {
  return DEVIATIONS[sensitivity] + SHORTER_WINDOW * Math.log10(24 / windowHours);
}

/** `lastIsOpen`: the last window is not over, so too few in it means nothing yet. */
export function detect(windows: Windows, detector: Detector, lastIsOpen: boolean): Finding[] {
  return detectIn(judgeWindows(windows).judged, detector, lastIsOpen);
}

/** Several detectors of one window length share what was judged. */
export function detectIn(judged: readonly Judged[], detector: Detector, lastIsOpen: boolean): Finding[] {
  switch (detector.kind) {
    case "drop":
    case "spike":
      return oddWindows(judged, detector, lastIsOpen);
    case "level_shift":
      return shifts(judged, detector, lastIsOpen);
    case "silence":
      return silences(judged, detector, lastIsOpen);
    case "completion_rate":
      return oddRates(judged, detector, lastIsOpen);
  }
}

function oddWindows(judged: readonly Judged[], detector: Detector, lastIsOpen: boolean): Finding[] {
  const deviations = deviationsOf(detector);
  return judged.flatMap(({ observed, expected, spread, score }, i) => {
    if (expected === null || expected < detector.minimum) return [];
    const isOpen = lastIsOpen && i === judged.length - 1;
    const isOdd = detector.kind === "drop" ? score < -deviations && !isOpen : score > deviations && observed - expected >= LEAST_EXTRA;
    return isOdd ? [finding(detector, i, i, observed, expected, bandOf(expected, spread, deviations), score)] : [];
  });
}

/** Several days on one side, none of which need be odd alone, against the level from before them. Told once, when it is sure. */
function shifts(judged: readonly Judged[], detector: Detector, lastIsOpen: boolean): Finding[] {
  const days = lastIsOpen ? judged.length - 1 : judged.length;
  const found: Finding[] = [];
  let quietUntil = 0;
  for (let last = 0; last < days; last++) {
    if (last < quietUntil) continue;
    const shift = SHIFT_DAYS.map((length) => shiftOver(judged, detector, last, length)).find((each) => each !== null);
    if (shift === undefined || shift === null) continue;
    found.push(shift);
    quietUntil = last + SHIFT_QUIET_DAYS;
  }
  return found;
}

function shiftOver(judged: readonly Judged[], detector: Detector, last: number, length: number): Finding | null {
  const deviations = deviationsOf(detector);
  const first = last - length + 1;
  const some = judged.slice(Math.max(0, first), last + 1);
  const level = judged[first]?.level ?? 1;
  if (first < 0 || some.some(({ expected }) => expected === null)) return null;
  const observed = some.reduce((sum, day) => sum + day.observed, 0);
  const expected = some.reduce((sum, day) => sum + day.base * level, 0);
  if (expected < detector.minimum * length) return null;
  // Days hang together: five of them say less than five times as much.
  const spread = SHIFT_SPREAD * Math.max(...some.map((day) => day.spread));
  const score = scoreOf(observed, expected, spread);
  const agreeing = some.filter((day) => Math.sign(day.observed - day.base * level) === Math.sign(score)).length;
  if (Math.abs(score) <= deviations || agreeing < length || Math.abs(observed - expected) < LEAST_SHIFT * expected) return null;
  return finding(detector, first, last, observed, expected, bandOf(expected, spread, deviations), score);
}

/** Nobody at all, for as long as it takes that so many should have come. */
function silences(judged: readonly Judged[], detector: Detector, lastIsOpen: boolean): Finding[] {
  const found: Finding[] = [];
  let first = -1;
  let expected = 0;
  let spread = 1;
  const end = (last: number) => {
    const needed = silenceNeeds(detector, spread);
    if (first >= 0 && expected >= needed) {
      found.push(
        finding(
          detector,
          first,
          last,
          0,
          expected,
          bandOf(expected, spread, deviationsOf({ ...detector, windowHours: 24 })),
          -2 * Math.sqrt(expected / spread),
        ),
      );
    }
    first = -1;
    expected = 0;
  };
  for (const [i, window] of judged.entries()) {
    if (window.expected === null || window.observed > 0) {
      end(i - 1);
      continue;
    }
    if (lastIsOpen && i === judged.length - 1) break;
    if (first < 0) first = i;
    expected += window.expected;
    spread = window.spread;
  }
  end(judged.length - (lastIsOpen ? 2 : 1));
  return found;
}

export function silenceNeeds({ sensitivity, minimum }: Pick<Detector, "sensitivity" | "minimum">, spread: number): number {
  return Math.max(minimum, { low: 24, medium: 16, high: 10 }[sensitivity] * spread);
}

function oddRates(judged: readonly Judged[], detector: Detector, lastIsOpen: boolean): Finding[] {
  const deviations = deviationsOf(detector);
  return judged.flatMap(({ observed, starts, rate, rateScore }, i) => {
    if (rate === null || starts < detector.minimum || (lastIsOpen && i === judged.length - 1)) return [];
    const share = observed / starts;
    if (Math.abs(rateScore) <= deviations || Math.abs(share - rate) < 0.05) return [];
    const reach = (deviations * Math.sqrt(rate * (1 - rate))) / Math.sqrt(starts);
    const band = { lower: Math.max(0, rate - reach), upper: Math.min(1, rate + reach) };
    return [finding(detector, i, i, share, rate, band, rateScore)];
  });
}

function finding(
  { kind }: Detector,
  first: number,
  last: number,
  observed: number,
  expected: number,
  band: { lower: number; upper: number },
  score: number,
): Finding {
  const far = Math.abs(score);
  const severity = far >= 8 ? "high" : far >= 5.5 ? "medium" : "low";
  return { kind, first, last, observed, expected, ...band, direction: score > 0 ? "up" : "down", severity, score };
}
