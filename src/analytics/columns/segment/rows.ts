// pure. From responses to columns of plain values: what lies where in a response, by the names that questions use.

/** What is kept of a response. Whatever else a row has does not reach the columns. */
export interface ColumnRow {
  seq: number;
  submittedAt: number;
  status: string;
  formVersion: number;
  meta: Record<string, unknown>;
  data: Record<string, unknown>;
}

/** Name of a column to its values, one for each row; undefined where there is none. */
export type ValuesByColumn = Map<string, unknown[]>;

export const SEQ = "seq";
export const KEPT_META = ["country", "device", "referrer"] as const;
// Groups nest at most five deep; an address or a matrix is one level more.
const MAX_DEPTH = 8;

export function columnName(place: "column" | "data" | "meta", path: string): string {
  return place === "column" ? path : `${place}.${path}`;
}

export function valuesByColumn(rows: readonly ColumnRow[]): ValuesByColumn {
  const columns: ValuesByColumn = new Map();
  const put = (name: string, at: number, value: unknown) => {
    if (value === null || value === undefined) return;
    let values = columns.get(name);
    if (values === undefined) {
      values = new Array<unknown>(rows.length).fill(undefined);
      columns.set(name, values);
    }
    values[at] = value;
  };
  /** An object is kept whole, as well as what lies in it: both can be asked for. */
  const putDeep = (name: string, at: number, value: unknown, depth: number) => {
    put(name, at, value);
    if (depth >= MAX_DEPTH || value === null || typeof value !== "object" || Array.isArray(value)) return;
    // A dot in a name would be taken for a path; nothing that can be asked for has one.
    for (const [key, inner] of Object.entries(value)) if (!key.includes(".")) putDeep(`${name}.${key}`, at, inner, depth + 1);
  };
  for (const [at, row] of rows.entries()) {
    put(SEQ, at, row.seq);
    put("submitted_at", at, row.submittedAt);
    put("status", at, row.status);
    put("form_version", at, row.formVersion);
    for (const name of KEPT_META) put(`meta.${name}`, at, Object.hasOwn(row.meta, name) ? row.meta[name] : undefined);
    for (const [name, value] of Object.entries(row.data)) if (!name.includes(".")) putDeep(`data.${name}`, at, value, 1);
  }
  return columns;
}
