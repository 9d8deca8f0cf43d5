-- How long a form's answers are kept. No row: for ever.
CREATE TABLE form_retention (
  form_id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  -- Days after submitting; null: for ever.
  answers_days INTEGER,
  -- Of what was begun and never finished, and of what lies in the bin.
  partial_days INTEGER,
  deleted_days INTEGER,
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX form_retention_by_workspace ON form_retention (workspace_id, form_id);

-- Somebody asked for everything about themselves, or to be forgotten. `person` is sealed and blanked when the work is done:
-- what remains says that it was done, when, and how much there was.
CREATE TABLE privacy_requests (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('erase', 'export')),
  person TEXT,
  job_id TEXT NOT NULL,
  report TEXT,
  -- Key in the bucket of an export that can still be fetched.
  file TEXT,
  expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX privacy_requests_by_workspace ON privacy_requests (workspace_id, id);
CREATE INDEX privacy_requests_expiring ON privacy_requests (expires_at) WHERE file IS NOT NULL;
