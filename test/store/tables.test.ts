// The Drizzle tables and the migrated database say the same: migrations are written by hand, so nothing else would notice.
import { env } from "cloudflare:test";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { tables } from "../../src/store";

interface ColumnInfo {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

const defined = Object.values(tables).flatMap((value: unknown) => (is(value, SQLiteTable) ? [getTableConfig(value)] : []));

describe("each table is migrated as it is defined", () => {
  test.each(defined)("$name", async ({ name, columns, indexes, primaryKeys }) => {
    const { results } = await env.DB.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1`)
      .bind(name)
      .all<ColumnInfo>();
    const key = new Set(primaryKeys.flatMap((primary) => primary.columns.map((column) => column.name)));
    const migrated = results.map(
      (column) => `${column.name} ${column.type.toLowerCase()} ${column.notnull === 1 || column.pk > 0 ? "not null" : "null"}`,
    );
    const wanted = columns.map((column) => {
      const required = column.notNull || column.primary || key.has(column.name);
      return `${column.name} ${column.getSQLType()} ${required ? "not null" : "null"}`;
    });
    expect(migrated.sort()).toEqual(wanted.sort());

    const { results: kept } = await env.DB.prepare("SELECT name FROM pragma_index_list(?1)").bind(name).all<{ name: string }>();
    for (const { config } of indexes) expect(kept.map((index) => index.name)).toContain(config.name);
  });
});

test("no table is migrated that nobody defined", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  const names = new Set(defined.map(({ name }) => name));
  expect(results.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
});
