// pure. A calculated field as a column.
import type { CompiledColumns } from "../../responses";
import type { Cell, Scalar } from "./cells";
import type { Column, ColumnType } from "./columns";

const TYPES: Partial<Record<CompiledColumns["columns"][number]["type"], ColumnType>> = {
  text: "text",
  number: "number",
  boolean: "boolean",
  date: "date",
  datetime: "moment",
  list: "list",
};

export function columnOfCalculated({ name, label, type }: CompiledColumns["columns"][number]): Column {
  const kind = TYPES[type] ?? "any";
  return { key: name, label, type: kind, repeat: null, field: null, calculated: true, read: () => null };
}

export function cellOfValue(type: ColumnType, value: unknown): Cell {
  if (Array.isArray(value)) return value.map((item) => scalarOf("any", item));
  return scalarOf(type, value);
}

function scalarOf(type: ColumnType, value: unknown): Scalar {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return JSON.stringify(value);
  if (type === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value)) return { date: value };
  if (type === "moment") {
    const at = Date.parse(value);
    return Number.isNaN(at) ? value : { at };
  }
  return value;
}
