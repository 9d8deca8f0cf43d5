-- The bulk tables: what the ledgers have settled. A response is one row that holds its latest state; `response_entries` is the
-- chain that led there. Statuses stay `complete` or `partial`; deletion is a time of its own, so that a restore needs no memory.
CREATE TABLE responses (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  data_seq INTEGER NOT NULL,
  form_version INTEGER NOT NULL,
  status TEXT NOT NULL,
  submitted_at INTEGER NOT NULL,
  started_at INTEGER,
  duration_ms INTEGER,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  erased_at INTEGER,
  data_hash TEXT NOT NULL,
  meta BLOB NOT NULL,
  data BLOB NOT NULL
);
CREATE UNIQUE INDEX responses_by_seq ON responses (form_id, shard, seq);
CREATE INDEX responses_by_time ON responses (form_id, submitted_at, seq, shard) WHERE deleted_at IS NULL;
CREATE INDEX responses_by_status ON responses (form_id, status, submitted_at, seq, shard) WHERE deleted_at IS NULL;
CREATE INDEX responses_deleted ON responses (form_id, submitted_at, seq, shard) WHERE deleted_at IS NOT NULL;

-- One row for each entry of a chain. `data` is filled only once a later entry has replaced it in `responses`.
CREATE TABLE response_entries (
  row INTEGER PRIMARY KEY,
  form_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  response_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  form_version INTEGER NOT NULL,
  status TEXT NOT NULL,
  at INTEGER NOT NULL,
  submitted_at INTEGER NOT NULL,
  data_hash TEXT NOT NULL,
  salt TEXT,
  hash TEXT NOT NULL,
  actor TEXT,
  data BLOB
);
CREATE UNIQUE INDEX response_entries_by_seq ON response_entries (form_id, shard, seq);
CREATE INDEX response_entries_by_response ON response_entries (form_id, response_id, seq);

-- Words of the answers. Without content of its own: it points at responses.row. `form` narrows a search to one form.
CREATE VIRTUAL TABLE response_search USING fts5(form, words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

-- Complete, undeleted responses by UTC day, field and value. `value` is '' for "answered at all" (then sum/min/max are of
-- numbers); `field` '' counts whole responses. `loose` marks a min/max that a change may have left too wide.
CREATE TABLE response_rollups (
  form_id TEXT NOT NULL,
  day TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  sum REAL NOT NULL DEFAULT 0,
  min REAL,
  max REAL,
  loose INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (form_id, field, day, value)
) WITHOUT ROWID;

-- How far each ledger has settled. Every statement of a settle is conditional on it, which is why repeats are harmless.
CREATE TABLE ledger_marks (
  form_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  settled_at INTEGER NOT NULL,
  PRIMARY KEY (form_id, shard)
) WITHOUT ROWID;

-- Ranges of entries whose events still have to be fanned out.
CREATE TABLE ledger_outbox (
  form_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  correlation_id TEXT,
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (form_id, shard, from_seq)
) WITHOUT ROWID;
CREATE INDEX ledger_outbox_overdue ON ledger_outbox (sent_at);
