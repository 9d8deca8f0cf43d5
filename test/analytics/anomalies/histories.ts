// pure; the same seed gives the same history. Hours of ordinary weeks with known events put into them.
import type { DetectorKind } from "../../../src/analytics/anomalies/detect";
import { mulberry32 } from "../forecast/series";

export interface Event {
  kind: DetectorKind;
  /** Days since the beginning. */
  day: number;
  days: number;
}

export interface KnownHistory {
  name: string;
  days: number;
  complete: number[];
  starts: number[];
  events: Event[];
}

export const DAYS = 140;
const FIRST_JUDGED = 42;
const DAY_SHAPE = [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 1.6, 2, 2, 1.8, 1.6, 1.8, 1.9, 1.8, 1.6, 1.4, 1.2, 1, 0.8, 0.6, 0.4, 0.2];
const OFFICE = [0.3, 1.2, 1.3, 1.2, 1.2, 1, 0.4];
const SHOP = [1.3, 0.7, 0.8, 0.9, 1, 1.2, 1.4];

interface Profile {
  name: string;
  level: number;
  week: readonly number[];
  extra: number;
  growth: number;
}

const PROFILES: readonly Profile[] = [
  { name: "office, 300 a day", level: 300, week: OFFICE, extra: 0.08, growth: 0 },
  { name: "office, 60 a day", level: 60, week: OFFICE, extra: 0.1, growth: 0 },
  { name: "shop, 120 a day", level: 120, week: SHOP, extra: 0.12, growth: 0 },
  { name: "shop, 25 a day", level: 25, week: SHOP, extra: 0.1, growth: 0 },
  { name: "growing, 80 a day", level: 80, week: SHOP, extra: 0.1, growth: 0.006 },
  { name: "uneven, 60 a day", level: 60, week: OFFICE, extra: 0.3, growth: 0 },
  { name: "quiet, 6 a day", level: 6, week: OFFICE, extra: 0, growth: 0 },
];

/** `events` false: nothing but ordinary weeks, to count false alarms in. */
export function histories(seed: number, events: boolean): KnownHistory[] {
  return PROFILES.map((profile, i) => history(profile, mulberry32(seed * 7_919 + i), events));
}

function history({ name, level, week, extra, growth }: Profile, chance: () => number, withEvents: boolean): KnownHistory {
  const complete: number[] = [];
  const starts: number[] = [];
  const planned = withEvents ? plan(chance, level) : [];
  for (let day = 0; day < DAYS; day++) {
    const wander = Math.exp(extra * normal(chance) - extra ** 2 / 2);
    for (let hour = 0; hour < 24; hour++) {
      let rate = (level * (week[day % 7] ?? 1) * (DAY_SHAPE[hour] ?? 1) * wander * (1 + growth) ** day) / 25;
      let share = 0.6;
      for (const event of planned) {
        if (day < event.day || day >= event.day + event.days) continue;
        if (event.kind === "drop") rate *= 0.3;
        if (event.kind === "spike") rate *= 3;
        if (event.kind === "level_shift") rate *= 0.6;
        if (event.kind === "silence") rate = hour >= 8 && hour < 18 ? 0 : rate;
        if (event.kind === "completion_rate") share = 0.25;
      }
      const begun = poisson(rate / 0.6, chance);
      let done = 0;
      for (let k = 0; k < begun; k++) if (chance() < share) done += 1;
      starts.push(begun);
      complete.push(done);
    }
  }
  return { name, days: DAYS, complete, starts, events: planned };
}

/** One of each kind, apart from each other, on days on which the form is awake. A level shift comes last: it stays. */
function plan(chance: () => number, level: number): Event[] {
  const at = (from: number) => {
    const day = FIRST_JUDGED + from + Math.floor(chance() * 6);
    // Not on the quietest days, where even nobody at all would be nothing odd.
    return day + (day % 7 === 0 || day % 7 === 6 ? 2 : 0);
  };
  const events: Event[] = [
    { kind: "drop", day: at(0), days: 1 },
    { kind: "spike", day: at(16), days: 1 },
    { kind: "silence", day: at(32), days: 1 },
    { kind: "completion_rate", day: at(48), days: 2 },
    { kind: "level_shift", day: at(68), days: 100 },
  ];
  // Of six a day nobody can tell a drop from chance: there it is enough to see the spike, and else to stay silent.
  return level < 10 ? events.filter(({ kind }) => kind === "spike") : events;
}

function poisson(mean: number, chance: () => number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(chance)));
  const limit = Math.exp(-mean);
  let product = chance();
  let n = 0;
  while (product > limit) {
    product *= chance();
    n += 1;
  }
  return n;
}

function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}
