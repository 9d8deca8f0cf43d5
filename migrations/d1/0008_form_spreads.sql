CREATE TABLE form_spreads (
  form_id TEXT NOT NULL,
  shards INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  PRIMARY KEY (form_id, shards)
) WITHOUT ROWID;
