// Responses and questions at random, of every kind of value and in every wrong place, for tests that compare two ways to answer.
import fc from "fast-check";
import type { Query } from "../../../src/analytics/query/types";
import type { Condition, FieldKind, FieldRef, Scalar } from "../../../src/store";

export const START = Date.UTC(2026, 2, 27);
const SPAN_MS = 10 * 86_400_000;

const text = fc.constantFrom("a", "b", "B", "ab", "Ä", "ä", "", "zebra", "🚀", "￿", "1", "true", '["a"]', "A longer text, with a comma");
const number = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.1, 2.5, 1e21, -0, 99.99, 5e-324), fc.integer());
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const list = fc.array(fc.oneof(text, fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constant(null)), { maxLength: 4 });
const object = fc.dictionary(fc.constantFrom("x", "y", "z"), fc.oneof(text, number, fc.boolean(), list), { maxKeys: 3 });

/** Mostly what the field is for, sometimes what an older version of it was for. */
const mostly = (usual: fc.Arbitrary<unknown>) =>
  fc.option(fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: fc.oneof(scalar, list, object) }), { nil: undefined });

export interface AnyRow {
  seq: number;
  submittedAt: number;
  status: "complete" | "partial";
  formVersion: number;
  meta: Record<string, unknown>;
  data: Record<string, unknown>;
  deletedAt: number | null;
}

export const anyRow: fc.Arbitrary<Omit<AnyRow, "seq">> = fc.record({
  submittedAt: fc.integer({ min: START, max: START + SPAN_MS }),
  status: fc.constantFrom("complete", "complete", "complete", "partial"),
  formVersion: fc.integer({ min: 1, max: 3 }),
  deletedAt: fc.option(fc.constant(1), { nil: null, freq: 9 }),
  meta: fc.record({ country: fc.option(fc.constantFrom("IT", "NP"), { nil: undefined }) }),
  data: fc.record({
    city: mostly(text),
    score: mostly(number),
    many: mostly(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })),
    agree: mostly(fc.boolean()),
    tags: mostly(list),
    service: mostly(object),
    home: mostly(fc.record({ rooms: number, street: text })),
  }),
});

const FIELDS: FieldRef[] = [
  ...(
    [
      ["city", "text"],
      ["score", "number"],
      ["many", "number"],
      ["agree", "boolean"],
      ["tags", "list"],
      ["service", "object"],
      ["home.rooms", "number"],
      ["home.street", "text"],
      ["never", "text"],
    ] as [string, FieldKind][]
  ).map(([path, kind]) => ({ in: "data" as const, path: path.split("."), kind })),
  { in: "meta", path: ["country"], kind: "text" },
  { in: "column", name: "submitted_at", kind: "time" },
  { in: "column", name: "status", kind: "text" },
  { in: "column", name: "form_version", kind: "number" },
];

const field = fc.constantFrom(...FIELDS);

function operand(of: FieldRef): fc.Arbitrary<Scalar> {
  if (of.kind === "time") return fc.integer({ min: START, max: START + SPAN_MS });
  if (of.kind === "number") return fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.1, 2.5, 1e21, 0));
  if (of.kind === "boolean") return fc.boolean();
  return fc.oneof(text, text, fc.constantFrom("complete", "partial", "IT", "2", "[", '"a'));
}

const leaf: fc.Arbitrary<Condition> = field.chain((of) =>
  fc.oneof(
    fc.record({
      op: fc.constant("compare" as const),
      field: fc.constant(of),
      by: fc.constantFrom("eq" as const, "gt" as const, "gte" as const, "lt" as const, "lte" as const),
      value: fc.oneof({ weight: 6, arbitrary: operand(of) }, { weight: 1, arbitrary: fc.constant(null) }),
    }),
    fc.record({
      op: fc.constant("in" as const),
      field: fc.constant(of),
      values: fc.array(fc.oneof({ weight: 6, arbitrary: operand(of) }, { weight: 1, arbitrary: fc.constant(null) }), { maxLength: 4 }),
    }),
    fc.record({ op: fc.constant("exists" as const), field: fc.constant(of), exists: fc.boolean() }),
    fc.record({ op: fc.constant("contains" as const), field: fc.constant(of), value: operand(of) }),
  ),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ op: fc.constantFrom("and" as const, "or" as const), of: fc.array(tie("node"), { maxLength: 3 }) }),
    fc.record({ op: fc.constant("not" as const), of: tie("node") }),
  ),
})).node;

const queryField = (of: FieldRef) => ({ name: of.in === "column" ? of.name : of.path.join("."), ref: of, type: null, most: 4 });
const zones = fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Havana", "Australia/Lord_Howe");
const group: fc.Arbitrary<Query["groups"][number]> = fc.oneof(
  field.map((of) => ({ by: "value" as const, ...queryField(of) })),
  fc.record({
    by: fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const),
    name: fc.constant("submitted_at"),
    zone: zones,
  }),
);
const numeric = fc.constantFrom(...FIELDS.filter(({ kind }) => kind === "number"));

const measured: fc.Arbitrary<Pick<Query, "aggregate" | "field">> = fc.oneof(
  fc.record({ aggregate: fc.constant("count" as const), field: fc.constant(null) }),
  fc.record({
    aggregate: fc.constantFrom("sum" as const, "avg" as const, "median" as const, "p95" as const),
    field: numeric.map(queryField),
  }),
  fc.record({ aggregate: fc.constantFrom("min" as const, "max" as const, "count_distinct" as const), field: field.map(queryField) }),
);

export const anyQuery: fc.Arbitrary<Query> = fc
  .tuple(measured, fc.array(group, { maxLength: 3 }), condition, fc.nat(), fc.boolean(), fc.constantFrom(1, 2, 5, 1000))
  .map(([what, groups, condition, by, desc, limit]) => {
    const sort = { by: groups.length === 0 || by % 2 === 0 ? ("value" as const) : by % groups.length, desc };
    return { ...what, groups, condition, sort, limit } as Query;
  });
