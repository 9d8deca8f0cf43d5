-- Templates of reports that a workspace has made its own: settings laid over one of ours (pdf), or an uploaded document (docx),
-- whose bytes lie in the bucket under `file_key`.
CREATE TABLE report_templates (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pdf', 'docx')),
  name TEXT NOT NULL,
  -- Of ours, the one it extends; null for docx.
  base TEXT,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  -- Used by exports of its kind that name none.
  is_default INTEGER NOT NULL DEFAULT 0,
  file_key TEXT,
  file_size INTEGER,
  -- What the document asks for, as JSON: the tags found in it.
  tags TEXT CHECK (tags IS NULL OR json_valid(tags)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

CREATE INDEX report_templates_of_workspace ON report_templates (workspace_id, id);
CREATE UNIQUE INDEX report_templates_names ON report_templates (workspace_id, kind, name);
CREATE UNIQUE INDEX report_templates_default ON report_templates (workspace_id, kind) WHERE is_default = 1;
