import { expect, test } from "vitest";
import { type Facts, likelyCauses } from "../../../src/analytics/anomalies/causes";

const facts = (over: Partial<Facts>): Facts => ({
  observed: 50,
  expected: 100,
  parts: [],
  published: null,
  refusals: [],
  stops: [],
  closedFor: 0,
  ...over,
});
const part = (kind: Facts["parts"][number]["kind"], value: string, observed: number, usual: number) => ({ kind, value, observed, usual });

test("the part that fell more than its share is to blame, one that fell as all did is not", () => {
  const causes = likelyCauses(
    facts({
      parts: [
        part("country", "DE", 5, 50),
        part("country", "FR", 45, 50),
        part("device", "phone", 35, 70),
        part("device", "desktop", 15, 30),
      ],
    }),
  );
  expect(causes.map(({ kind, value }) => [kind, value])).toEqual([["country", "DE"]]);
  expect(causes[0]?.explains).toBeCloseTo(0.9);
});

test("what was usual weeks ago is taken at today's level", () => {
  // Twice as much as then is expected everywhere; only one site does not bring it.
  const causes = likelyCauses(facts({ parts: [part("referrer", "a.example", 0, 25), part("referrer", "b.example", 50, 25)] }));
  expect(causes).toMatchObject([{ kind: "referrer", value: "a.example", explains: 1, expected: 50 }]);
});

test("causes come in the order of how much they explain", () => {
  const causes = likelyCauses(
    facts({
      published: { version: 3, share: 0.5 },
      refusals: [
        { what: "invalid", observed: 45, usual: 5 },
        { what: "invalid:email", observed: 41, usual: 1 },
        { what: "invalid:name", observed: 4, usual: 4 },
        { what: "quota_reached", observed: 12, usual: 0 },
      ],
      stops: [{ page: "contact", observed: 60, usual: 12 }],
    }),
  );
  expect(causes.map(({ kind, value, explains }) => [kind, value, explains])).toEqual([
    ["page_drop_off", "contact", 0.96],
    ["validation_errors", "email", 0.8],
    ["version_published", "3", 0.5],
    ["quota_reached", null, 0.24],
  ]);
});

test("a rise is not blamed on what was turned away, and no change on nothing", () => {
  expect(likelyCauses(facts({ observed: 200, refusals: [{ what: "invalid", observed: 90, usual: 0 }] }))).toEqual([]);
  expect(likelyCauses(facts({ observed: 100, published: { version: 2, share: 1 } }))).toEqual([]);
});

test("a form that was closed for half of the time explains half of the fall", () => {
  expect(likelyCauses(facts({ closedFor: 0.5 }))).toMatchObject([{ kind: "form_closed", explains: 0.5 }]);
});
