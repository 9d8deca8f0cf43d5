import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Only what the operator has set; a flag without a row keeps the default it is declared with. */
export const featureFlags = sqliteTable("feature_flags", {
  key: text().primaryKey(),
  description: text().notNull(),
  enabled: integer({ mode: "boolean" }).notNull(),
  percentage: real().notNull(),
  /** Ids of workspaces, as a JSON list. */
  allowed: text({ mode: "json" }).$type<string[]>().notNull(),
  blocked: text({ mode: "json" }).$type<string[]>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});
