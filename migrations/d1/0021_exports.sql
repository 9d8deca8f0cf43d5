-- Files made from a form's responses. Whether one waits, runs or failed, its job says; here is what was asked for and what came of it.
CREATE TABLE exports (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  format TEXT NOT NULL,
  request TEXT NOT NULL,
  -- The ledger position that everything in the file is of.
  position TEXT NOT NULL,
  -- A batch is made of several.
  batch_id TEXT,
  file_key TEXT,
  file_name TEXT,
  size INTEGER,
  rows INTEGER,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- How long the file lives once it is made.
  keep_for_ms INTEGER NOT NULL,
  expires_at INTEGER,
  -- When the event that it is there was raised.
  announced_at INTEGER
) WITHOUT ROWID;
CREATE INDEX exports_by_workspace ON exports (workspace_id, id);
CREATE INDEX exports_by_form ON exports (workspace_id, form_id, id);
CREATE INDEX exports_by_job ON exports (job_id);
CREATE INDEX exports_expiring ON exports (expires_at) WHERE file_key IS NOT NULL;
