-- Back-ups of workspaces. The files are in the bucket; a back-up without `finished_at` has no manifest and cannot be restored.
CREATE TABLE backups (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  forms INTEGER,
  responses INTEGER,
  bytes INTEGER
) WITHOUT ROWID;
CREATE INDEX backups_by_workspace ON backups (workspace_id, id);
