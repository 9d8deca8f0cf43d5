-- Responses brought in from files. The file lies in the bucket; how far its job is, the job's checkpoint says.
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('csv', 'jsonl', 'xlsx')),
  file_key TEXT,
  size INTEGER NOT NULL,
  -- JSON: [{name, samples}].
  columns TEXT NOT NULL,
  -- JSON: by column, what it becomes; null is left out.
  mapping TEXT NOT NULL,
  options TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('uploaded', 'checking', 'checked', 'importing', 'done', 'failed', 'cancelled')),
  job_id TEXT,
  rows INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX imports_by_form ON imports (workspace_id, form_id, id);
CREATE INDEX imports_with_file ON imports (created_at) WHERE file_key IS NOT NULL;

CREATE TABLE import_errors (
  import_id TEXT NOT NULL,
  -- As a person counts: the first row of answers is 1.
  row INTEGER NOT NULL,
  place INTEGER NOT NULL,
  path TEXT NOT NULL,
  message TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (import_id, row, place)
) WITHOUT ROWID;
