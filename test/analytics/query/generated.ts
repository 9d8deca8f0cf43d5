// Questions and answers at random, for whoever has to agree with the plain evaluation.
import fc from "fast-check";
import { expect } from "vitest";

export const FIELDS = [
  { name: "name", type: "short_text", label: "Name" },
  { name: "department", type: "select", label: "Department", options: options("IT", "HR", "Sales", "Zoë & Co", "constructor", "10", "2") },
  { name: "tags", type: "multi_select", label: "Tags", options: options("a", "b", "toString") },
  { name: "order", type: "ranking", label: "Order", options: options("x", "y", "z") },
  { name: "score", type: "number", label: "Score" },
  { name: "stars", type: "rating", label: "Stars" },
  { name: "agree", type: "yes_no", label: "Agree" },
  { name: "day", type: "date", label: "Day" },
  { name: "service", type: "matrix", label: "Service", options: options("good", "bad"), rows: options("speed", "price") },
  { name: "home", type: "group", label: "Home", fields: [{ name: "rooms", type: "number", label: "Rooms" }] },
];

function options(...values: string[]) {
  return values.map((value) => ({ value, label: value.toUpperCase() }));
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const number = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constantFrom(0.1, 0.2, 2.5, -0.75, 1e6));

export const answers = fc.record({
  name: maybe(fc.constantFrom("Ada", "ada", "__proto__", "Grace Hopper", "Zoë", "🚀", "\ufb01", "10", "a' OR 1=1 --", '"quoted" \\ text')),
  department: maybe(fc.constantFrom("IT", "HR", "Sales", "Zoë & Co", "constructor", "10", "2")),
  tags: maybe(fc.uniqueArray(fc.constantFrom("a", "b", "toString"), { minLength: 1 })),
  order: maybe(fc.shuffledSubarray(["x", "y", "z"], { minLength: 3 })),
  score: maybe(number),
  stars: maybe(fc.integer({ min: 1, max: 5 })),
  agree: maybe(fc.boolean()),
  day: maybe(fc.constantFrom("2026-01-01", "2025-12-31")),
  service: maybe(fc.constantFrom({ speed: "good" }, { speed: "bad", price: "good" }, { speed: "good", price: "good" })),
  home: maybe(fc.constantFrom({ rooms: 2 }, { rooms: 3.5 })),
});

const ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo"];
const text = fc.constantFrom("Ada", "a", "IT", "Zoë", "🚀", "10", "good", "", "a' OR 1=1 --", "2026-01-01");

/** Each field with what it can be compared with. */
const OPERANDS: Record<string, fc.Arbitrary<unknown>> = {
  "data.name": text,
  department: text,
  "data.tags": fc.constantFrom("a", "b", "toString", "nope"),
  order: fc.constantFrom("x", "z"),
  "data.score": number,
  stars: fc.integer({ min: 0, max: 6 }),
  agree: fc.boolean(),
  day: fc.constantFrom("2026-01-01", "2026"),
  service: fc.constantFrom("good", "bad"),
  "data.service.speed": fc.constantFrom("good", "bad"),
  "home.rooms": fc.constantFrom(2, 3, 3.5),
  submitted_at: fc.constantFrom("2025-12-31", "2026-01-01T12:00:00Z", "2026-03-29T01:30:00+01:00", "2026-01-02T00:00:00.000Z"),
  status: fc.constantFrom("complete", "partial", "deleted"),
  form_version: fc.constantFrom(1, 2),
  "meta.country": fc.constantFrom("IT", "NO"),
  "meta.device": fc.constantFrom("phone"),
};

const FIELD = fc.constantFrom(...Object.keys(OPERANDS));
const NUMBER = fc.constantFrom("data.score", "stars", "home.rooms", "form_version");

const comparison = FIELD.chain((field) => {
  const operand = fc.option(OPERANDS[field] ?? text, { nil: null, freq: 8 });
  const some = OPERANDS[field] ?? text;
  const test = fc.oneof(
    some.map((value) => value),
    operand.map(($eq) => ({ $eq })),
    operand.map(($ne) => ({ $ne })),
    fc.tuple(fc.constantFrom("$gt", "$gte", "$lt", "$lte"), some).map(([operator, value]) => ({ [operator]: value })),
    fc.tuple(some, some).map(([$gte, $lt]) => ({ $gte, $lt })),
    fc.array(operand, { maxLength: 3 }).map(($in) => ({ $in })),
    fc.array(operand, { maxLength: 3 }).map(($nin) => ({ $nin })),
    fc.boolean().map(($exists) => ({ $exists })),
    // Numbers look different in each store when they are shown as text.
    ...(["data.name", "department", "data.tags", "service", "status"].includes(field) ? [some.map(($contains) => ({ $contains }))] : []),
    some.map((value) => ({ $not: { $eq: value } })),
  );
  return test.map((value) => ({ [field]: value }));
});

export const filter = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", maxDepth: 2, withCrossShrink: true },
    comparison,
    fc.array(comparison, { minLength: 1, maxLength: 3 }).map((parts) => Object.assign({}, ...parts)),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
    tie("tree").map(($not) => ({ $not })),
  ),
})).tree;

const group = fc.oneof(
  { weight: 3, arbitrary: FIELD },
  {
    weight: 2,
    arbitrary: fc.record({
      field: fc.constant("submitted_at"),
      by: fc.constantFrom("hour", "day", "week", "month"),
      timezone: fc.constantFrom(...ZONES),
    }),
  },
);

const groups = fc.oneof(
  fc.constant(undefined),
  group,
  fc.uniqueArray(group, { maxLength: 3, selector: (one) => (typeof one === "string" ? one : one.field) }),
);

const aggregate = fc.oneof(
  fc.record({ aggregate: fc.constant("count"), field: fc.option(FIELD, { nil: undefined }) }),
  fc.record({ aggregate: fc.constantFrom("sum", "avg", "median", "p95"), field: NUMBER }),
  fc.record({ aggregate: fc.constantFrom("min", "max", "count_distinct"), field: FIELD }),
);

/** What counters are likely to know. */
const counted = fc.record({
  ...{
    aggregate: fc.constant("count"),
    group_by: fc.constantFrom(undefined, "department", "tags", "stars", "agree", "data.service.speed", "status"),
  },
  filter: fc.constantFrom(
    undefined,
    { agree: true },
    { tags: "a" },
    { department: { $in: ["IT", "10"] } },
    { submitted_at: { $gte: "2026-01-01" } },
  ),
});

export const question = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        aggregate,
        groups,
        fc.option(filter, { nil: undefined, freq: 3 }),
        fc.constantFrom(undefined, 1, 2, 1_000),
        maybe(fc.boolean()),
      )
      .map(([what, group_by, filter, limit, desc]) =>
        plain({ ...what, group_by, filter, limit, sort: desc === undefined ? undefined : { desc } }),
      ),
  },
  { weight: 1, arbitrary: counted.map(plain) },
);

function plain(query: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(query));
}

/** Sums of fractions differ in their last digits by the order in which they were added. */
export function expectSame(found: unknown, expected: unknown, about: string): void {
  if (typeof found === "number" && typeof expected === "number") {
    const far = Math.abs(found - expected) > 1e-9 * Math.max(1, Math.abs(expected));
    expect(far, `${about}: ${found} instead of ${expected}`).toBe(false);
  } else if (found !== null && expected !== null && typeof found === "object" && typeof expected === "object") {
    expect(Object.keys(found), about).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) expectSame((found as Record<string, unknown>)[name], value, about);
  } else expect(found, about).toEqual(expected);
}
