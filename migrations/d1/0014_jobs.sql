-- Everything long is a job. The row is the truth; a queue message only says that its queue has something due.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  queue TEXT NOT NULL CHECK (queue IN ('exports', 'reports', 'work')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Higher goes first within a queue.
  priority INTEGER NOT NULL DEFAULT 0,
  input TEXT NOT NULL,
  -- What the request asked for, so that the same request finds the same job.
  request_hash TEXT,
  reuse_for_ms INTEGER NOT NULL DEFAULT 0,
  progress REAL NOT NULL DEFAULT 0,
  rows INTEGER NOT NULL DEFAULT 0,
  -- Since it last got further: a job that goes on in slices begins each with none.
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  -- When it may be taken (queued), or when another worker may take it over (running).
  due_at INTEGER NOT NULL,
  -- Whoever took it last; a worker that was too slow finds another value here and stops.
  claim TEXT,
  -- Where the next run goes on.
  checkpoint TEXT,
  -- When what a job leaves to do after its end is due: removing what it began, or telling of its result.
  follow_up_at INTEGER,
  result TEXT,
  error TEXT,
  created_by TEXT,
  correlation_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX jobs_to_take ON jobs (queue, priority DESC, due_at) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_to_follow_up ON jobs (queue, follow_up_at) WHERE follow_up_at IS NOT NULL;
CREATE INDEX jobs_by_workspace ON jobs (workspace_id, id);
CREATE INDEX jobs_by_status ON jobs (workspace_id, status, id);
CREATE INDEX jobs_by_kind ON jobs (workspace_id, kind, id);
CREATE INDEX jobs_same_request ON jobs (workspace_id, kind, request_hash) WHERE request_hash IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
