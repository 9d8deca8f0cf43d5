import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf } from "../../../src/analytics/query/buckets";
import { bucketReader } from "../../../src/analytics/query/clock";

const ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"];
/** Clocks change within a few hours of these. */
const CHANGES = ["2026-03-29T01:00Z", "2025-10-26T01:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z", "2011-12-30T10:00Z"];
const instant = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -10_800_000, max: 10_800_000 }))
      .map(([at, off]) => Date.parse(at) + off),
  },
  { weight: 1, arbitrary: fc.integer({ min: Date.parse("2012-01-01"), max: Date.parse("2030-01-01") }) },
);

test("buckets of many instants are those of each by itself, wherever the first of them lies", () => {
  fc.assert(
    fc.property(
      fc.array(instant, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...ZONES),
      fc.constantFrom("hour", "day", "week", "month"),
      (instants, zone, by) => {
        const read = bucketReader(by, zone, [Math.min(...instants), Math.max(...instants)]);
        expect(instants.map(read)).toEqual(instants.map((at) => bucketOf(at, by, zone)));
      },
    ),
    { numRuns: 3_000 },
  );
});
