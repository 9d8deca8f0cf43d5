CREATE TABLE idempotency_keys (
  workspace_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  status INTEGER,
  reply TEXT,
  PRIMARY KEY (workspace_id, actor_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency_keys (claimed_at);
