import { expect } from "vitest";
import { BOOLEAN, compileExpression, DATE, DATETIME, evaluate, listOf, NUMBER, objectOf, TEXT, TIME } from "../../src/expressions";

export const NOW = Date.parse("2026-03-15T10:30:00.000Z");

export const SCOPE = objectOf({
  first_name: TEXT,
  last_name: TEXT,
  note: TEXT,
  a: NUMBER,
  b: NUMBER,
  missing: NUMBER,
  happy: BOOLEAN,
  born: DATE,
  submitted_at: DATETIME,
  opens: TIME,
  colours: listOf(TEXT),
  team: { kind: "text", labels: new Map([["rd", "Research"]]) },
  people: listOf(objectOf({ name: TEXT, age: NUMBER })),
  address: objectOf({ city: TEXT }),
  payload: objectOf({}, true),
});

export const VALUES = {
  first_name: "Ada",
  last_name: "Lovelace",
  note: "  two  words ",
  a: 0.1,
  b: 0.2,
  happy: true,
  born: "1990-02-28",
  submitted_at: "2026-01-31T23:30:00.000Z",
  opens: "09:30",
  colours: ["red", "blue", "red"],
  team: "rd",
  people: [
    { name: "Bo", age: 30 },
    { name: "Cy", age: 41 },
  ],
  address: { city: "Rome" },
  payload: { deep: { value: 7 } },
};

export function compiled(source: string) {
  const result = compileExpression(source, SCOPE);
  if (!result.ok) expect.fail(`${source}: ${result.errors.map(({ message, offset }) => `${message} at ${offset}`).join("; ")}`);
  return result;
}

export function worth(source: string, timezone = "UTC") {
  return evaluate(compiled(source).expression, VALUES, { now: NOW, timezone });
}

export function errorsOf(source: string) {
  const result = compileExpression(source, SCOPE);
  return result.ok ? [] : result.errors;
}
