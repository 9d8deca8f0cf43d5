// What a workspace has besides its responses, table by table: what goes into a back-up, and what comes out of one changed or not at all.
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { tables } from "../store";

export type Row = Record<string, string | number | null>;

export interface CarriedTable {
  table: SQLiteTable;
  /** In the order of which it is read page by page. */
  key: readonly string[];
  /** Before the responses, which need it; or after all of them, because it acts on what arrives. */
  when: "before" | "after";
  /** As it is put back. Null leaves it out. */
  restored?(row: Row, now: number): Row | null;
}

/** Nobody can answer a form while its past is still on its way: it is opened at the end. */
const held = (row: Row): Row => ({
  ...row,
  status: "archived",
  archived_from: (row.status === "archived" ? row.archived_from : row.status) ?? null,
});

export const CARRIED: readonly CarriedTable[] = [
  { table: tables.forms, key: ["id"], when: "before", restored: held },
  { table: tables.formVersions, key: ["form_id", "version"], when: "before" },
  { table: tables.formSlugs, key: ["slug"], when: "before" },
  { table: tables.formSpreads, key: ["form_id", "shards"], when: "before" },
];

export const nameOf = ({ table }: CarriedTable): string => getTableConfig(table).name;

export const columnsOf = ({ table }: CarriedTable): string[] => getTableConfig(table).columns.map(({ name }) => name);
