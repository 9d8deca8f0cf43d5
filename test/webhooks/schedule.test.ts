import { describe, expect, test } from "vitest";
import type { Exchange } from "../../src/shared/destination-fetch";
import {
  afterAttempt,
  HEALTHY,
  type Health,
  isPersistent,
  PAUSE_AFTER_MS,
  quietUntil,
  Rate,
  slotsOf,
} from "../../src/webhooks/lane/health";
import { judge, nextTryInMs, parseRetryAfter } from "../../src/webhooks/schedule";

const NOW = Date.UTC(2026, 0, 31, 9);
const answered = (status: number, headers: Record<string, string> = {}): Exchange => ({
  kind: "answered",
  status,
  headers: new Headers(headers),
  body: new Uint8Array(),
  truncated: false,
  durationMs: 5,
});
const plain = { retryAfterMs: null, gone: false };

describe("when the next attempt comes", () => {
  test("after 1 s, 5 s, 30 s, 5 min and 30 min, and then never", () => {
    expect([1, 2, 3, 4, 5].map((tries) => nextTryInMs(tries, plain, 0))).toEqual([1_000, 5_000, 30_000, 300_000, 1_800_000]);
    expect(nextTryInMs(6, plain, 0)).toBeNull();
    expect(nextTryInMs(7, plain, 0)).toBeNull();
  });

  test("chance adds less than a tenth, and never takes away", () => {
    for (const dice of [0, 0.1, 0.5, 0.999_999]) {
      for (const [i, planned] of [1_000, 5_000, 30_000, 300_000, 1_800_000].entries()) {
        const delay = nextTryInMs(i + 1, plain, dice) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(planned);
        expect(delay).toBeLessThan(planned * 1.1);
      }
    }
  });

  test("Retry-After puts it off, up to an hour, but never brings it nearer", () => {
    expect(nextTryInMs(1, { ...plain, retryAfterMs: 7_000 }, 0)).toBe(7_000);
    expect(nextTryInMs(3, { ...plain, retryAfterMs: 7_000 }, 0)).toBe(30_000);
    expect(nextTryInMs(1, { ...plain, retryAfterMs: 86_400_000 }, 0)).toBe(3_600_000);
    expect(nextTryInMs(6, { ...plain, retryAfterMs: 7_000 }, 0)).toBeNull();
  });

  test("gone is gone", () => expect(nextTryInMs(1, { retryAfterMs: null, gone: true }, 0)).toBeNull());
});

test.each([
  ["120", 120_000],
  [" 0 ", 0],
  [new Date(NOW + 90_000).toUTCString(), 90_000],
  [new Date(NOW - 90_000).toUTCString(), 0],
  ["-5", null],
  ["1e9", null],
  ["soon", null],
  ["", null],
  [null, null],
])("Retry-After %j means %j", (text, ms) => expect(parseRetryAfter(text, NOW)).toBe(ms));

describe("what an answer means", () => {
  test.each([200, 201, 202, 204, 299])("%i is delivered", (status) => {
    expect(judge(answered(status), NOW)).toMatchObject({ outcome: "delivered", status, error: null });
  });
  test.each([301, 302, 304, 307, 308, 400, 401, 404, 409, 410, 422, 429, 500, 503])("%i is not", (status) => {
    expect(judge(answered(status), NOW)).toMatchObject({ outcome: "failed", status });
  });
  test("410 says never again, and nothing else does", () => {
    expect(judge(answered(410), NOW).gone).toBe(true);
    expect(judge(answered(404), NOW).gone).toBe(false);
  });
  test("429 with Retry-After holds the endpoint, for a minute at most; 503 only its delivery", () => {
    expect(judge(answered(429, { "Retry-After": "20" }), NOW)).toMatchObject({ holdMs: 20_000, retryAfterMs: 20_000 });
    expect(judge(answered(429, { "Retry-After": "9000" }), NOW)).toMatchObject({ holdMs: 60_000, retryAfterMs: 9_000_000 });
    expect(judge(answered(503, { "Retry-After": "20" }), NOW)).toMatchObject({ holdMs: null, retryAfterMs: 20_000 });
    expect(judge(answered(429), NOW).holdMs).toBeNull();
  });
  test("a body that the endpoint dislikes says nothing of its health", () => {
    expect([400, 413, 422, 429].map((status) => judge(answered(status), NOW).unhealthy)).toEqual([false, false, false, false]);
    expect([500, 404, 401, 302].map((status) => judge(answered(status), NOW).unhealthy)).toEqual([true, true, true, true]);
  });
});

describe("the circuit", () => {
  const bad = { ok: false, unhealthy: true, holdMs: null };
  const good = { ok: true, unhealthy: false, holdMs: null };
  const failing = (times: number, everyMs: number, from: Health = HEALTHY, start = NOW) => {
    let health = from;
    for (let i = 0; i < times; i++) health = afterAttempt(health, bad, start + i * everyMs);
    return health;
  };

  test("stays closed for a hiccup: each delivery has its own schedule", () => {
    expect(quietUntil(failing(49, 10), NOW + 490)).toBeNull();
    expect(quietUntil(failing(29, 60_000), NOW + 29 * 60_000)).toBeNull();
  });
  test("opens after many failures at once, or some over a minute", () => {
    expect(quietUntil(failing(50, 10), NOW + 490)).toBe(NOW + 490 + 30_000);
    expect(quietUntil(failing(30, 21_000), NOW + 29 * 21_000)).toBe(NOW + 29 * 21_000 + 30_000);
  });
  test("lets one through when the time is over, and opens for longer when that fails", () => {
    let health = failing(50, 0);
    const waits: number[] = [];
    let now = NOW;
    for (let i = 0; i < 6; i++) {
      const until = quietUntil(health, now) ?? now;
      waits.push(until - now);
      now = until;
      expect(quietUntil(health, now)).toBeNull();
      expect(slotsOf(health, 6)).toBe(1);
      health = afterAttempt(health, bad, now);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 300_000, 300_000, 300_000]);
    health = afterAttempt(health, good, now);
    expect([quietUntil(health, now), slotsOf(health, 6), health.failures]).toEqual([null, 6, 0]);
  });
  test("what was under way when it opened does not hold it open longer", () => {
    const open = failing(50, 0);
    expect(failing(5, 1, open, NOW + 1).openUntil).toBe(open.openUntil);
  });
  test("failing for a day is persistent; one success in between is not", () => {
    expect(isPersistent(failing(2, PAUSE_AFTER_MS), NOW + PAUSE_AFTER_MS)).toBe(true);
    const mended = afterAttempt(failing(30, 1_000), good, NOW + 31_000);
    expect(isPersistent(afterAttempt(mended, bad, NOW + PAUSE_AFTER_MS), NOW + PAUSE_AFTER_MS)).toBe(false);
  });
  test("a hold keeps quiet and counts as no failure", () => {
    const held = afterAttempt(HEALTHY, { ok: false, unhealthy: false, holdMs: 5_000 }, NOW);
    expect([quietUntil(held, NOW), held.failures]).toEqual([NOW + 5_000, 0]);
    expect(quietUntil(held, NOW + 5_000)).toBeNull();
  });
});

test("a rate is kept to, and does not save up for more than a second", () => {
  const rate = new Rate(120, NOW);
  expect([rate.take(NOW), rate.take(NOW), rate.take(NOW)]).toEqual([0, 0, 500]);
  expect([rate.take(NOW + 500), rate.take(NOW + 500)]).toEqual([0, 500]);
  expect([rate.take(NOW + 600_000), rate.take(NOW + 600_000), rate.take(NOW + 600_000)]).toEqual([0, 0, 500]);
  const slow = new Rate(6, NOW);
  expect([slow.take(NOW), slow.take(NOW), slow.take(NOW + 9_999), slow.take(NOW + 10_000)]).toEqual([0, 10_000, 1, 0]);
});
