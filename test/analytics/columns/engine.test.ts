// Whatever is asked, over whatever answers: the columns say what a plain evaluation says.
import fc from "fast-check";
import { expect, test } from "vitest";
import { layOut } from "../../../src/analytics/columns/engine/laid-out";
import { runOverColumns } from "../../../src/analytics/columns/engine/run";
import { mannerOf, Vocabulary } from "../../../src/analytics/columns/engine/vocabulary";
import { evaluateInMemory } from "../../../src/analytics/query/evaluate";
import type { Query, QueryResult } from "../../../src/analytics/query/types";
import { anyQuery, anyRow, START } from "./generated";
import { sealed } from "./sealed";

test("columns, laid out or sealed, answer as a plain evaluation does", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 40 }), anyQuery, fc.integer({ min: 1, max: 15 }), (given, query, size) => {
      const rows = given.map((row, i) => ({ ...row, seq: i + 1 }));
      const blocks = [];
      for (let from = 0; from < rows.length; from += size) {
        const part = rows.slice(from, from + size);
        const dead = Uint8Array.from(part, ({ deletedAt }) => (deletedAt === null ? 0 : 1));
        blocks.push(from % 2 === 0 ? sealed(`block ${from}`, part, dead) : layOut(part, dead));
      }
      const kept = new Map<string, Vocabulary>();
      const vocabularies = (name: string, field: Parameters<typeof mannerOf>[0]) => {
        const key = `${name} ${mannerOf(field)}`;
        const vocabulary = kept.get(key) ?? new Vocabulary(mannerOf(field));
        kept.set(key, vocabulary);
        return vocabulary;
      };
      const expected = evaluateInMemory(query, rows);
      expectSame(runOverColumns(query, blocks, vocabularies), expected);
      // With what the first time has left behind.
      expectSame(runOverColumns(query, blocks, vocabularies), expected);
    }),
    { numRuns: 700 },
  );
});

function expectSame(given: QueryResult, expected: QueryResult): void {
  const rounded = ({ rows }: QueryResult) =>
    rows.map(({ group, value }) => ({ group, value: typeof value === "number" ? Number(value.toPrecision(12)) + 0 : value }));
  expect(rounded(given)).toEqual(rounded(expected));
}

test("of more groups than are made at once, the first are those that sorting all of them would give", { timeout: 120_000 }, () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => ({
    seq: i + 1,
    submittedAt: START + i * 1_000,
    status: "complete" as const,
    formVersion: 1,
    meta: {},
    data: { name: i % 7 === 0 ? i % 5_000 : `name ${(i * 7919) % 9_001}`, team: `team ${i % 3}`, many: (i * 104_729) % 100_003 },
    deletedAt: null,
  }));
  const blocks = [0, 4_000, 8_000].map((from) => sealed(`block ${from}`, rows.slice(from, from + 4_000)));
  blocks.push(layOut(rows.slice(0, 0)));
  const text = (name: string, kind: "text" | "number" = "text") =>
    ({ by: "value", name, ref: { in: "data", path: [name], kind }, type: null, most: 1 }) as const;
  const groupings = [[text("name")], [text("team"), text("name")], [text("name"), text("team")], [text("many", "number")]];
  for (const groups of groupings) {
    for (const by of ["value" as const, ...groups.keys()]) {
      for (const desc of [true, false]) {
        const query: Query = {
          aggregate: "count",
          field: null,
          groups,
          condition: { op: "and", of: [] },
          sort: { by, desc },
          limit: 1_000,
        };
        const expected = evaluateInMemory(query, rows).rows;
        for (const limit of [10, 1_000]) {
          const first = runOverColumns({ ...query, limit }, blocks, (_, field) => new Vocabulary(mannerOf(field))).rows;
          expect(first).toEqual(expected.slice(0, limit));
        }
      }
    }
  }
});
