import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What makes a cached entry old: its tags' versions are part of its key. A tag without a row has version 0. */
export const cacheTags = sqliteTable("cache_tags", {
  tag: text().primaryKey(),
  version: integer().notNull(),
});
