// pure; the same seed gives the same series. Daily counts of known shape, made from an expected value for each day and the noise of
// counting around it: Poisson, or wider (negative binomial, `extra` is how much the rate itself wanders from day to day).

export interface Known {
  name: string;
  /** So even that a week's total can be told to within a fifth. */
  stable: boolean;
  values: number[];
}

export const DAYS = 330;

type Rate = (day: number, chance: Chance) => number;
type Chance = () => number;

const OFFICE = [1.2, 1.25, 1.15, 1.1, 0.9, 0.2, 0.2];
const SHOP = [0.6, 0.75, 0.85, 0.95, 1.2, 1.5, 1.15];
const EVEN = [1, 1, 1, 1, 1, 1, 1];
const SUNDAY_ONLY = [0, 0, 0, 0, 0, 0, 7];
const CLOSED_WEEKENDS = [1.4, 1.4, 1.4, 1.4, 1.4, 0, 0];

const weekly =
  (level: number, shape: readonly number[]): Rate =>
  (day) =>
    level * (shape[day % 7] ?? 1);
const times =
  (rate: Rate, factor: (day: number) => number): Rate =>
  (day, chance) =>
    rate(day, chance) * factor(day);
/** A random walk of the level: what nobody can foresee, a little each day. */
const wandering = (rate: Rate, step: number): Rate => {
  let log = 0;
  return (day, chance) => {
    log = 0.98 * log + step * normal(chance);
    return rate(day, chance) * Math.exp(log);
  };
};
const closedOn =
  (rate: Rate, isClosed: (day: number) => boolean): Rate =>
  (day, chance) =>
    isClosed(day) ? 0 : rate(day, chance);

interface Shape {
  name: string;
  stable?: true;
  extra?: number;
  rate: () => Rate;
}

const SHAPES: readonly Shape[] = [
  { name: "office, 200 a day", stable: true, extra: 0.05, rate: () => weekly(200, OFFICE) },
  { name: "office, 40 a day", stable: true, rate: () => weekly(40, OFFICE) },
  { name: "shop, 60 a day", stable: true, extra: 0.1, rate: () => weekly(60, SHOP) },
  { name: "shop, 15 a day", stable: true, rate: () => weekly(15, SHOP) },
  { name: "even, 100 a day", stable: true, rate: () => weekly(100, EVEN) },
  { name: "closed at weekends", stable: true, extra: 0.1, rate: () => weekly(50, CLOSED_WEEKENDS) },
  { name: "Sundays only", rate: () => weekly(12, SUNDAY_ONLY) },
  { name: "grows by half in a year", stable: true, extra: 0.05, rate: () => times(weekly(60, SHOP), (day) => 1 + (0.5 * day) / DAYS) },
  { name: "triples in a year", stable: true, extra: 0.05, rate: () => times(weekly(30, OFFICE), (day) => 1 + (2 * day) / DAYS) },
  { name: "fades by half", stable: true, extra: 0.05, rate: () => times(weekly(90, SHOP), (day) => 1 - (0.5 * day) / DAYS) },
  { name: "grows by 1.5 % a week", extra: 0.05, rate: () => times(weekly(20, OFFICE), (day) => 1.015 ** (day / 7)) },
  { name: "doubles for good in the middle", extra: 0.05, rate: () => times(weekly(50, SHOP), (day) => (day < 200 ? 1 : 2)) },
  { name: "halves for good, late", extra: 0.05, rate: () => times(weekly(80, OFFICE), (day) => (day < 265 ? 1 : 0.5)) },
  { name: "up, then back down", extra: 0.05, rate: () => times(weekly(40, SHOP), (day) => (day > 230 && day < 285 ? 1.8 : 1)) },
  { name: "one in three days", rate: () => weekly(0.33, EVEN) },
  { name: "one a day", rate: () => weekly(1, EVEN) },
  { name: "three a day, office", rate: () => weekly(3, OFFICE) },
  { name: "closed for two weeks", extra: 0.05, rate: () => closedOn(weekly(60, OFFICE), (day) => day >= 272 && day < 286) },
  { name: "a public holiday a month", extra: 0.05, rate: () => closedOn(weekly(60, OFFICE), (day) => day % 31 === 3) },
  { name: "campaigns: a day of six times", extra: 0.1, rate: () => times(weekly(30, SHOP), (day) => (day % 47 === 11 ? 6 : 1)) },
  { name: "wandering level", extra: 0.1, rate: () => wandering(weekly(40, SHOP), 0.05) },
  { name: "wandering, larger", extra: 0.1, rate: () => wandering(weekly(150, OFFICE), 0.08) },
  { name: "very uneven", extra: 0.6, rate: () => weekly(25, SHOP) },
  { name: "yearly swell", extra: 0.1, rate: () => times(weekly(50, SHOP), (day) => 1 + 0.4 * Math.sin((2 * Math.PI * day) / 365)) },
];

export function knownSeries(seed: number, days = DAYS): Known[] {
  return SHAPES.map(({ name, stable = false, extra = 0, rate }, i) => {
    const chance = mulberry32(seed * 1_000 + i);
    const at = rate();
    return { name, stable, values: Array.from({ length: days }, (_, day) => count(at(day, chance), extra, chance)) };
  });
}

function count(rate: number, extra: number, chance: Chance): number {
  if (rate <= 0) return 0;
  // A log-normal rate: its mean stays what it was.
  return poisson(extra === 0 ? rate : rate * Math.exp(extra * normal(chance) - (extra * extra) / 2), chance);
}

function poisson(mean: number, chance: Chance): number {
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

function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

export function mulberry32(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
