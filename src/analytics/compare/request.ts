// pure. What is to be compared, out of JSON that anybody sent.
import { type FieldDescription, NUMBER_TYPES } from "../../forms";
import { object, onlyMembers, refuse } from "../query/parse";
import { CORRECTIONS, type Correction } from "../statistics/correct";
import { parseSide, parseZone, type Side } from "./sides";

export interface ComparisonRequest {
  a: Side;
  b: Side;
  fields: FieldDescription[];
  alpha: number;
  correction: Correction;
}

const MAX_FIELDS = 20;
const COMPARABLE: ReadonlySet<string> = new Set(["select", "radio", "multi_select", "checkboxes", "yes_no", "consent", ...NUMBER_TYPES]);
const DEFAULT_ALPHA = 0.05;

export function parseComparison(given: unknown, fields: readonly FieldDescription[], now: number): ComparisonRequest {
  const asked = object(given, "", 'A comparison is {"a": {…}, "b": {…}}.');
  onlyMembers(asked, "", ["a", "b", "fields", "timezone", "alpha", "correction"]);
  const zone = parseZone(asked.timezone);
  return {
    a: parseSide(asked.a, "a", fields, zone, now),
    b: parseSide(asked.b, "b", fields, zone, now),
    fields: parseFields(asked.fields, fields),
    alpha: parseAlpha(asked.alpha),
    correction: parseCorrection(asked.correction),
  };
}

function parseCorrection(given: unknown): Correction {
  const correction = CORRECTIONS.find((one) => one === (given ?? "holm"));
  if (correction !== undefined) return correction;
  throw refuse("correction", "invalid_query", `Use one of ${CORRECTIONS.join(", ")}.`);
}

function parseAlpha(given: unknown): number {
  const alpha = given ?? DEFAULT_ALPHA;
  if (typeof alpha === "number" && alpha > 0 && alpha <= 0.5) return alpha;
  throw refuse("alpha", "invalid_query", "Alpha is a number above 0, at most 0.5; 0.05 is usual.");
}

function parseFields(given: unknown, fields: readonly FieldDescription[]): FieldDescription[] {
  const comparable = fields.filter(({ type, repeated }) => COMPARABLE.has(type) && !repeated);
  if (given === undefined || given === null) return comparable.slice(0, MAX_FIELDS);
  if (!Array.isArray(given) || given.length > MAX_FIELDS) throw refuse("fields", "invalid_query", `Name at most ${MAX_FIELDS} fields.`);
  return [...new Set(given)].map((name, i) => {
    if (typeof name !== "string") throw refuse(`fields.${i}`, "invalid_query", "Name a field.");
    const path = name.startsWith("data.") ? name.slice("data.".length) : name;
    const field = comparable.find((one) => one.path === path);
    if (field !== undefined) return field;
    if (!fields.some((one) => one.path === path))
      throw refuse(`fields.${i}`, "unknown_field", `The form has no field ${JSON.stringify(name.slice(0, 80))}.`);
    throw refuse(`fields.${i}`, "wrong_field_type", "Fields with choices or numbers can be compared.");
  });
}
