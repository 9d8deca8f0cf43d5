import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { CARRIED, LEFT_OUT, nameOf } from "../../src/backups/tables";
import { tables } from "../../src/store";

test("whatever a workspace has is either in its back-up, or left out for a reason that is written down", () => {
  const named = Object.values(tables)
    .flatMap((value: unknown) => (is(value, SQLiteTable) ? [getTableConfig(value)] : []))
    .filter(({ columns }) => columns.some(({ name }) => name === "workspace_id"))
    .map(({ name }) => name);
  const known = [...CARRIED.map(nameOf), ...Object.keys(LEFT_OUT)];
  expect(known.toSorted()).toEqual(named.toSorted());
});
