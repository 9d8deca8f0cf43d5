-- Endpoints of customers. What is secret is sealed: the signing secrets, and the headers, which hold tokens.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  -- Null: every form of the workspace.
  form_id TEXT,
  url TEXT NOT NULL,
  description TEXT,
  -- JSON: names of events.
  events TEXT NOT NULL,
  -- JSON, as it was saved; null: the plain body.
  template TEXT,
  filter TEXT,
  headers TEXT,
  -- JSON: fields of the form that never leave.
  redact TEXT NOT NULL,
  -- In order per form; else side by side.
  ordered INTEGER NOT NULL,
  max_per_minute INTEGER,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_until INTEGER,
  -- `paused`: keeps what is due for when it is resumed. `disabled`: the endpoint said that it is gone; nothing new is due.
  status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
  status_reason TEXT,
  status_at INTEGER NOT NULL,
  -- Since when each attempt has failed; null while it answers.
  failing_since INTEGER,
  -- Until when nothing is sent, because nothing got through.
  open_until INTEGER,
  -- Dead letters that no mail has told of yet, and when the last mail did.
  dead_untold INTEGER NOT NULL DEFAULT 0,
  told_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX webhooks_by_workspace ON webhooks (workspace_id, id) WHERE deleted_at IS NULL;

-- One event for one endpoint. The row is the truth: whoever is told to deliver looks here first. It points at an entry of a
-- form's chain, or at `webhook_events`, and holds no answers: an erased response is erased here too.
CREATE TABLE webhook_deliveries (
  -- Made from the endpoint and the event, so that fanning out twice makes one.
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  -- '' for events of no form.
  form_id TEXT NOT NULL,
  shard INTEGER,
  -- Of the entry; 0 for events that are none.
  seq INTEGER NOT NULL,
  response_id TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead', 'cancelled')),
  -- In all, and since it was last sent on its way (a dead letter that is retried starts over).
  attempts INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  last_status INTEGER,
  last_error TEXT,
  duration_ms INTEGER,
  correlation_id TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, form_id, occurred_at, seq) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (workspace_id, finished_at, id) WHERE status = 'dead';
CREATE INDEX webhook_deliveries_dead_of ON webhook_deliveries (webhook_id, finished_at, id) WHERE status = 'dead';
CREATE INDEX webhook_deliveries_by_response ON webhook_deliveries (response_id, id) WHERE response_id IS NOT NULL;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (webhook_id, occurred_at, seq);

CREATE TABLE webhook_attempts (
  delivery_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed', 'refused')),
  status INTEGER,
  error TEXT,
  -- The first 1,000 characters of what came back.
  response TEXT,
  PRIMARY KEY (delivery_id, attempt)
) WITHOUT ROWID;
CREATE INDEX webhook_attempts_of ON webhook_attempts (webhook_id, at, delivery_id, attempt);
CREATE INDEX webhook_attempts_by_time ON webhook_attempts (at);

-- Attempts by day (UTC), so that metrics cost a row a day.
CREATE TABLE webhook_days (
  webhook_id TEXT NOT NULL,
  day TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, day)
) WITHOUT ROWID;

-- What happened besides entries of a chain; also their outbox: `fanned_at` is null until everybody has been told.
CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT,
  type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  data TEXT NOT NULL,
  correlation_id TEXT,
  fanned_at INTEGER
) WITHOUT ROWID;
CREATE INDEX webhook_events_untold ON webhook_events (occurred_at) WHERE fanned_at IS NULL;
CREATE INDEX webhook_events_by_time ON webhook_events (workspace_id, occurred_at, id);

-- How far a form's chain has been fanned out to an endpoint that wants order: whoever comes first does what is missing.
CREATE TABLE webhook_cursors (
  webhook_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, form_id, shard)
) WITHOUT ROWID;
