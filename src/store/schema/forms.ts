import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const forms = sqliteTable(
  "forms",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    title: text().notNull(),
    slug: text().notNull(),
    description: text(),
    status: text({ enum: ["draft", "published", "closed", "archived"] }).notNull(),
    /** What it was before it was archived, so that restoring puts it back. */
    archivedFrom: text("archived_from", { enum: ["draft", "published", "closed"] }),
    /** The published version; 0 while there is none. */
    version: integer().notNull().default(0),
    /** The highest version ever published: a number is never given twice. */
    lastVersion: integer("last_version").notNull().default(0),
    draft: text({ mode: "json" }).notNull(),
    /** Moves with every write to the draft; two editors cannot overwrite each other unseen. */
    revision: integer().notNull().default(1),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    publishedAt: integer("published_at"),
  },
  (t) => [index("forms_by_workspace").on(t.workspaceId, t.id)],
);

/** Published schemas, never changed once written. */
export const formVersions = sqliteTable(
  "form_versions",
  {
    formId: text("form_id").notNull(),
    version: integer().notNull(),
    workspaceId: text("workspace_id").notNull(),
    title: text().notNull(),
    description: text(),
    schema: text({ mode: "json" }).notNull(),
    publishedBy: text("published_by").notNull(),
    publishedAt: integer("published_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.formId, t.version] })],
);

/** Every slug a form ever had: links in the wild keep working, and nobody else can take them over. */
export const formSlugs = sqliteTable(
  "form_slugs",
  {
    slug: text().primaryKey(),
    formId: text("form_id").notNull(),
    workspaceId: text("workspace_id").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("form_slugs_by_form").on(t.formId)],
);

/** Ledgers that Headwater has added to a busy form by itself. Beside the draft, which is its owner's alone. */
export const formSpreads = sqliteTable(
  "form_spreads",
  {
    formId: text("form_id").notNull(),
    shards: integer().notNull(),
    workspaceId: text("workspace_id").notNull(),
    raisedAt: integer("raised_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.formId, t.shards] })],
);
