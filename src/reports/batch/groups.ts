// Into which files a batch is cut.
import { JobFailedError } from "../../jobs";
import type { ExportSource } from "../formats/format";
import { isList, type Scalar } from "../table/cells";
import { type Column, columnsOfForm } from "../table/columns";

export const BY_RESPONSE = "response";
const MAX_FILES = 1_000;

export interface Group {
  title: string;
  /** In the query language, for the fact sheet and for the reading. */
  filter: Record<string, unknown>;
}

/** The column to cut by; null when the form has none that can be. */
export function columnToCutBy(schemas: ExportSource["schemas"], by: string): Column | null {
  const name = by.startsWith("data.") ? by.slice("data.".length) : by;
  const found = columnsOfForm(schemas, "value").fields.find(({ key, repeat }) => key === name && repeat === null);
  return found ?? null;
}

/** One for each value that was given, those of the form first and in its order; and one for those who gave none. */
export async function groupsOf(source: ExportSource, column: Column): Promise<Group[]> {
  const given = new Map<string, Scalar>();
  let without = false;
  for await (const page of source.pages()) {
    for (const { response } of page) {
      const cell = column.read(response);
      const values = (isList(cell) ? cell : [cell]).filter((value) => value !== null);
      if (values.length === 0) without = true;
      for (const value of values) given.set(keyOf(value), value);
      if (given.size > MAX_FILES)
        throw new JobFailedError(`${column.label} has more than ${MAX_FILES} values; that would be as many files.`);
    }
  }
  const order = new Map(column.field?.options?.map(({ value }, i) => [value, i]));
  const labels = new Map(column.field?.options?.map(({ value, label }) => [value, label]));
  const keys = [...given.keys()].sort((a, b) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size) || a.localeCompare(b));
  const groups = keys.map(
    (key): Group => ({ title: labels.get(key) ?? key, filter: { [column.key]: { $eq: operandOf(given.get(key) ?? null) } } }),
  );
  return without ? [...groups, { title: "No answer", filter: { [column.key]: { $exists: false } } }] : groups;
}

function keyOf(value: Scalar): string {
  if (value === null || typeof value !== "object") return String(value);
  if ("file" in value) return value.file.id;
  return "date" in value ? value.date : new Date(value.at).toISOString();
}

function operandOf(value: Scalar): string | number | boolean | null {
  return value === null || typeof value !== "object" ? value : keyOf(value);
}
