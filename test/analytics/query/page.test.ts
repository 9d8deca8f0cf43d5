// A page is read byte by byte; whatever JSON holds must come out as JSON.parse says.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Accumulator } from "../../../src/analytics/query/accumulator";
import { NumberList, numberAt } from "../../../src/analytics/query/number-list";
import { PageBytes } from "../../../src/analytics/query/page-bytes";
import { groupPage } from "../../../src/analytics/query/page-groups";
import { parseQuery } from "../../../src/analytics/query/parse";
import { describeFields, type FormSchema } from "../../../src/forms";
import { FIELDS } from "./generated";

const fields = describeFields({ fields: FIELDS } as FormSchema);

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', "\\", '\\"', "],[", '","', "ä", "🚀", "\u007f", "\n", "7", "null"),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.nat(8)).map(([whole, decimals]) => whole / 10 ** decimals),
  fc.constantFrom(0, -0, 0.1, 1e21, 5e-324, 9_007_199_254_740_992, 123_456_789_012_345, 1_234_567_890_123_456),
);
const value = fc.oneof(text, number, fc.constantFrom(null, true, false, [], {}), fc.jsonValue({ maxDepth: 3 }));
const rows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 12 }));

test("values end where JSON says that they end, and are what it says that they are", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const width = given[0]?.length ?? 1;
      const page = new PageBytes(JSON.stringify(width === 1 ? given.flat(1) : given).slice(1, -1), width);
      const found: unknown[][] = [];
      while (page.nextRow()) {
        const row: unknown[] = [];
        for (const one of given[found.length] ?? []) {
          const from = page.at;
          const to = page.skip();
          expect(page.isPlainText).toBe(typeof one === "string" && JSON.stringify(one) === `"${one}"`);
          if (page.isPlainText) expect(page.textBetween(from + 1, to - 1)).toBe(one);
          expect(page.numberBetween(from, to)).toBe(typeof one === "number" ? one + 0 : Number.NaN);
          row.push(JSON.parse(page.textBetween(from, to)));
        }
        found.push(row);
      }
      expect(found).toEqual(JSON.parse(JSON.stringify(given)));
    }),
    { numRuns: 500 },
  );
});

test("numbers as a database may write them", () => {
  for (const written of ["1.50", "-0", "-0.0", "1e3", "1E-3", "-1.5e+300", "0.1000000000000000055", "1e999"]) {
    const page = new PageBytes(written, 1);
    expect(page.numberBetween(page.at, page.skip()), written).toBe(Number(written) + 0);
  }
});

test("a number stands where sorting would put it", () => {
  const some = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(some, fc.nat(), (numbers, at) => {
      const list = new NumberList();
      list.pushAll(Float64Array.from(numbers.slice(0, numbers.length / 2)));
      for (const one of numbers.slice(numbers.length / 2)) list.push(one);
      const place = at % numbers.length;
      const sorted = Float64Array.from(numbers, (one) => one + 0).sort();
      expect(numberAt(list.numbers, place) + 0).toBe(sorted[place]);
      for (const before of list.numbers.subarray(0, place)) expect(before).toBeLessThanOrEqual(sorted[place] as number);
      for (const after of list.numbers.subarray(place)) expect(after).toBeGreaterThanOrEqual(sorted[place] as number);
    }),
  );
});

test("texts written in different ways are one text, and numbers one number", () => {
  const page = '"Ada","\\u0041da","A\\u0064a","ada","10",10,10.0,1e1,null,["Ada"]';
  const distinct = new Accumulator(parseQuery({ aggregate: "count_distinct", field: "name" }, fields));
  groupPage(distinct, parseQuery({ aggregate: "count_distinct", field: "name" }, fields), page, [0, 0]);
  expect(distinct.finish(0).rows[0]?.value).toBe(4);
  const query = parseQuery({ aggregate: "count", group_by: "name" }, fields);
  const counted = new Accumulator(query);
  groupPage(counted, query, page, [0, 0]);
  const rows = new Map(counted.finish(0).rows.map(({ group, value }) => [group[0], value]));
  expect(rows).toEqual(
    new Map<unknown, unknown>([
      ["Ada", 3],
      ["ada", 1],
      ["10", 1],
      [10, 3],
    ]),
  );
});

test("more numbers than are held at once are held by how often they were given; more different ones are refused", () => {
  const query = parseQuery({ aggregate: "median", field: "score", group_by: "department" }, fields);
  const accumulator = new Accumulator(query, 12);
  const page = (numbers: readonly number[]) => numbers.map((one, i) => `["${i % 2 === 0 ? "IT" : "HR"}",${one}]`).join();
  const given = Array.from({ length: 60 }, (_, i) => (i * 7) % 5);
  for (let i = 0; i < given.length; i += 6) groupPage(accumulator, query, page(given.slice(i, i + 6)), [0, 0]);
  const of = (rest: number) => given.filter((_, i) => i % 2 === rest).sort((a, b) => a - b);
  const median = (sorted: number[]) => ((sorted[14] as number) + (sorted[15] as number)) / 2;
  const found = new Map(accumulator.finish(0).rows.map(({ group, value }) => [group[0], value]));
  expect(found).toEqual(
    new Map<unknown, unknown>([
      ["IT", median(of(0))],
      ["HR", median(of(1))],
    ]),
  );
  const tooMany = new Accumulator(query, 12);
  expect(() => {
    for (let i = 0; i < 5; i++) groupPage(tooMany, query, page([1, 2, 3, 4].map((one) => one + i * 4)), [0, 0]);
    tooMany.finish(0);
  }).toThrow("narrow it with a filter");
});
