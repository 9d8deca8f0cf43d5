// What is written of a column comes back exactly, or is refused.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ColumnCache } from "../../../src/analytics/columns/keep/cache";
import { entryOf, readDictionary } from "../../../src/analytics/columns/segment/dictionary";
import { DamagedSegment, pack, unpack } from "../../../src/analytics/columns/segment/pack";
import { type Column, encodeColumn, readColumn } from "../../../src/analytics/columns/segment/values";

function valuesBack(encoded: ReturnType<typeof encodeColumn>): unknown[] {
  const column = readColumn(unpack(pack(encoded.values)));
  const dictionary = encoded.dictionary === null ? null : readDictionary(unpack(pack(encoded.dictionary)));
  const entry = (code: number) => (code === 0 || dictionary === null ? null : entryOf(dictionary, code));
  const has = (column: Exclude<Column, { kind: "codes" }>, row: number) =>
    column.present === null || ((column.present[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  return Array.from({ length: column.rows }, (_, row) => {
    if (column.kind === "numbers") return has(column, row) ? (column.base + (column.values[row] ?? 0)) / column.scale : undefined;
    if (column.kind === "codes") return column.codes[row] === 0 ? undefined : entry(column.codes[row] ?? 0);
    if (!has(column, row)) return undefined;
    return Array.from(column.codes.subarray(column.offsets[row], column.offsets[row + 1]), entry);
  });
}

const scalar = fc.oneof(fc.string({ unit: "grapheme" }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean());

test.for([
  ["texts", fc.string({ unit: "grapheme" })],
  ["small numbers", fc.integer({ min: -5, max: 5 })],
  ["whole numbers", fc.integer()],
  ["amounts", fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100)],
  ["any numbers", fc.double({ noNaN: true, noDefaultInfinity: true })],
  ["large numbers", fc.oneof(fc.constantFrom(1e21, 2 ** 53, -(2 ** 53), 5e-324), fc.maxSafeInteger())],
  ["times", fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 })],
  ["lists", fc.array(fc.oneof(scalar, fc.constant(null)), { maxLength: 5 })],
  ["anything", scalar],
] as [string, fc.Arbitrary<unknown>][])("%s come back as they were", ([, value]) => {
  fc.assert(
    fc.property(fc.array(fc.option(value, { nil: undefined }), { maxLength: 400 }), (values) => {
      const plus = (one: unknown) => (typeof one === "number" ? one + 0 : one);
      const expected = values.map((one) => (Array.isArray(one) ? one.map(plus) : plus(one)));
      expect(valuesBack(encodeColumn(values))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("objects, and lists of them, are kept as JSON", () => {
  const values = [{ a: 1 }, [{ b: 2 }], undefined, { a: 1 }];
  expect(valuesBack(encodeColumn(values))).toEqual(['{"a":1}', '[{"b":2}]', undefined, '{"a":1}']);
});

test("a few thousand values of a few kinds take a small part of their JSON", () => {
  const values = Array.from({ length: 8_192 }, (_, i) => ["IT", "HR", "Sales"][i % 3]);
  const { values: raw, dictionary } = encodeColumn(values);
  const bytes = pack(raw).byteLength + pack(dictionary ?? new Uint8Array()).byteLength;
  expect(bytes).toBeLessThan(JSON.stringify(values).length / 50);
});

test("bytes that were cut, changed or written by another version are refused", () => {
  const packed = pack(encodeColumn(["a", "b", "a"]).values);
  expect(() => unpack(packed.slice(0, 10))).toThrow(DamagedSegment);
  expect(() => unpack(packed.slice(0, -3))).toThrow(DamagedSegment);
  for (let at = 0; at < packed.byteLength; at++) {
    const damaged = packed.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    expect(() => unpack(damaged), `byte ${at}`).toThrow(DamagedSegment);
  }
});

test("the cache never holds more than it may, and lets go what was asked for longest ago", () => {
  const cache = new ColumnCache(10_000);
  const value = (held: number) => ({ held });
  cache.put("form a/1", value(3_000));
  cache.put("form a/2", value(3_000));
  cache.get("form a/1");
  cache.put("form b/1", value(3_000));
  expect([cache.get("form a/1"), cache.get("form a/2"), cache.get("form b/1")].map((one) => one !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  cache.put("form b/2", value(20_000));
  expect(cache.get("form b/2")).toBeUndefined();
  expect(cache.bytes).toBeLessThanOrEqual(10_000);
  cache.put("form b/1", value(100));
  cache.forget("form a/");
  expect(cache.get("form a/1")).toBeUndefined();
  expect(cache.bytes).toBeLessThan(1_000);
});
