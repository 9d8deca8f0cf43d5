// pure; the same seed gives the same guests. Six weeks at three cafés, with what such data has in life: quiet Mondays, busy
// weekends, slow growth, one café that does worse, people who look and leave, people who stop half-way.

const DAY_MS = 86_400_000;
const DAYS = 42;
// Sunday first.
const WEEKDAY_WEIGHT = [1.35, 0.6, 0.75, 0.85, 0.95, 1.2, 1.5];
const HOUR_WEIGHT = [0, 0, 0, 0, 0, 0, 1, 4, 7, 8, 7, 6, 8, 7, 6, 6, 5, 4, 3, 3, 2, 1, 0, 0];
const VISITS_A_DAY = 13;
const GROWTH = 0.4;

export interface Visit {
  /** When the page was opened. */
  at: number;
  outcome: "left" | "started" | "partial" | "complete";
  fillSeconds: number;
  country: string;
  userAgent: string;
  referrer: string | null;
  data: Record<string, unknown>;
}

type Chance = () => number;

/** In order of time, all of them before `now`. */
export function demoVisits(now: number, seed = 20260301): Visit[] {
  const chance = mulberry32(seed);
  const firstDay = Math.floor(now / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  const visits: Visit[] = [];
  for (let day = 0; day <= DAYS; day++) {
    const start = firstDay + day * DAY_MS;
    const weight = WEEKDAY_WEIGHT[new Date(start).getUTCDay()] ?? 1;
    const expected = VISITS_A_DAY * weight * (1 + (GROWTH * day) / DAYS);
    const count = Math.round(expected * (0.75 + chance() * 0.5));
    for (let i = 0; i < count; i++) visits.push(makeVisit(chance, start));
  }
  return visits.filter(({ at, fillSeconds }) => at + fillSeconds * 1_000 < now).sort((a, b) => a.at - b.at);
}

function makeVisit(chance: Chance, dayStart: number): Visit {
  const at = dayStart + weighted(chance, HOUR_WEIGHT) * 3_600_000 + Math.floor(chance() * 3_600_000);
  const roll = chance();
  const outcome = roll < 0.2 ? "left" : roll < 0.27 ? "started" : roll < 0.33 ? "partial" : "complete";
  const data = makeAnswers(chance, at);
  const device = weighted(chance, [6, 3, 1]);
  return {
    at,
    outcome,
    fillSeconds: 35 + Math.floor(chance() ** 2 * 240),
    country: pick(chance, ["DE", "DE", "DE", "DE", "DE", "NL", "DK", "FR", "GB", "US"]),
    userAgent: USER_AGENTS[device] ?? "",
    referrer: pick(chance, [null, null, "www.google.com", "www.instagram.com", "riverside.example"]),
    // Who stops half-way stops after the first questions.
    data: outcome === "partial" ? Object.fromEntries(Object.entries(data).slice(0, 3)) : data,
  };
}

function makeAnswers(chance: Chance, at: number): Record<string, unknown> {
  const branch = ["harbour", "old_town", "station"][weighted(chance, [5, 4, 3])] ?? "harbour";
  const mood = clamp(Math.round(4.2 - (branch === "station" ? 0.8 : 0) + (chance() + chance() + chance() - 1.5) * 2.2), 1, 5);
  const recommend = clamp(Math.round(mood * 2 + (chance() - 0.45) * 2.5), 0, 10);
  const likes = ["coffee", "food", "service", "atmosphere", "price"].filter(
    (_, i) => chance() < ([0.7, 0.4, 0.45, 0.5, 0.2][i] ?? 0) * (mood / 5),
  );
  return {
    branch,
    visited_on: new Date(at - Math.floor(chance() ** 3 * 3) * DAY_MS).toISOString().slice(0, 10),
    rating: mood,
    recommend,
    ...(recommend <= 6 && chance() < 0.7 ? { went_wrong: pick(chance, COMPLAINTS) } : {}),
    ...(likes.length > 0 ? { liked: likes } : {}),
    ...(chance() < 0.8 ? { spent: Math.round((3.2 + chance() ** 2 * 24) * 10) / 10 } : {}),
    ...(chance() < 0.9 ? { come_again: mood >= 3 || chance() < 0.3 } : {}),
    ...(chance() < 0.35 ? { comment: pick(chance, mood >= 4 ? PRAISE : REMARKS) } : {}),
    ...(chance() < 0.22 ? { email: `${pick(chance, NAMES)}.${Math.floor(chance() * 900) + 100}@example.com` } : {}),
  };
}

const USER_AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
  "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
];
const NAMES = [
  "anna",
  "ben",
  "clara",
  "david",
  "emma",
  "finn",
  "greta",
  "hannes",
  "ida",
  "jonas",
  "lena",
  "mats",
  "nora",
  "paul",
  "rosa",
  "tom",
];
const COMPLAINTS = [
  "We waited twenty minutes for two flat whites.",
  "The coffee was lukewarm when it came to the table.",
  "No seat free and nobody cleared the tables.",
  "My order was mixed up twice.",
  "Too loud to talk, the music could be lower.",
  "The card reader did not work and I had no cash.",
  "Queue up to the door, only one person at the till.",
  "The cake was dry.",
];
const PRAISE = [
  "Best cappuccino in town.",
  "The new oat flat white is wonderful.",
  "Lovely people, they remembered my name.",
  "Please keep the cinnamon buns forever.",
  "Great place to work for an hour or two.",
  "The view over the water is worth the trip.",
  "Thank you for the water bowl for our dog!",
];
const REMARKS = [
  "More vegan cakes would be nice.",
  "Could you open earlier on weekdays?",
  "Free Wi-Fi would help.",
  "A little pricey for what it is.",
  "Decaf should not cost extra.",
];

function pick<T>(chance: Chance, values: readonly T[]): T {
  return values[Math.floor(chance() * values.length)] as T;
}

function weighted(chance: Chance, weights: readonly number[]): number {
  let rest = chance() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Small, quick and the same everywhere: Math.random cannot be repeated. */
function mulberry32(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
