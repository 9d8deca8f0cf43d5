// What a response adds to the counters, by field: pure.
import { describeFields, type FieldDescription, type FieldType, type FormSchema } from "../forms";
import type { Cell } from "./ledger/types";
import { valuesAt } from "./values";

const CHOICES: ReadonlySet<FieldType> = new Set([
  "select",
  "radio",
  "multi_select",
  "checkboxes",
  "ranking",
  "yes_no",
  "consent",
  "rating",
  "nps",
  "matrix",
]);
const NUMBERS: ReadonlySet<FieldType> = new Set(["number", "slider", "currency", "rating", "nps", "calculated"]);
const MAX_VALUE_LENGTH = 300;

/** `["city", ""]`: answered. `["age", "", 42]`: answered with a number. `["city", "Rome"]`: one value; once however often it was given. */
export function cellsOf(schema: FormSchema, data: Record<string, unknown>): Cell[] {
  const cells: Cell[] = [];
  for (const { field, path, limited } of countedFields(schema)) {
    const values = valuesAt(data, path).filter((value) => value !== null && value !== undefined);
    if (values.length > 0) addCells(cells, field, values, limited);
  }
  return cells;
}

interface Counted {
  field: FieldDescription;
  path: readonly string[];
  limited: boolean;
}

// A published schema stays the same object for as long as it is cached, and is walked for every response.
const known = new WeakMap<FormSchema, Counted[]>();

function countedFields(schema: FormSchema): Counted[] {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const limited = new Set(schema.settings?.quotas?.map(({ field }) => field));
  const fields = describeFields(schema).map((field) => ({ field, path: field.path.split("."), limited: limited.has(field.path) }));
  known.set(schema, fields);
  return fields;
}

function addCells(cells: Cell[], field: FieldDescription, values: readonly unknown[], limited: boolean): void {
  const { path, type } = field;
  const [only] = values;
  if (NUMBERS.has(type) && !field.repeated && typeof only === "number") cells.push([path, "", only]);
  else cells.push([path, ""]);
  if (type === "matrix") {
    for (const value of values) {
      for (const [row, column] of Object.entries(value as Record<string, unknown>))
        cells.push([`${path}.${row}`, ""], [`${path}.${row}`, text(column)]);
    }
  } else if (CHOICES.has(type) || limited) {
    const distinct = new Set(values.flatMap((value) => (Array.isArray(value) ? value : [value])).map(text));
    for (const value of distinct) cells.push([path, value]);
  }
}

function text(value: unknown): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, MAX_VALUE_LENGTH);
}
