-- Who did what, when, from where. Rows are only ever added.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  workspace_id TEXT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  action TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id TEXT NOT NULL,
  details TEXT,
  ip TEXT,
  user_agent TEXT,
  correlation_id TEXT,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX audit_by_workspace ON audit_log (workspace_id, id);
CREATE INDEX audit_by_target ON audit_log (workspace_id, target_id, id);
