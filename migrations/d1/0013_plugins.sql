-- Plugins of a workspace: strangers' code, what it may reach, and what became of its runs.
CREATE TABLE plugins (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  -- Null: all forms of the workspace.
  form_id TEXT,
  name TEXT NOT NULL,
  -- The name of a plugin of the build; its source comes with each deploy. Null: source was uploaded.
  built TEXT,
  mode TEXT NOT NULL CHECK (mode IN ('strict', 'metered')),
  status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled', 'paused')),
  -- Why it is paused, in words.
  status_reason TEXT,
  -- Names of events it is told of, and the hooks that its class has: JSON lists.
  events TEXT NOT NULL,
  hooks TEXT NOT NULL,
  config TEXT NOT NULL,
  -- Sealed JSON object; the names alone are shown.
  secrets TEXT,
  secret_names TEXT NOT NULL,
  allowed_hosts TEXT NOT NULL,
  permissions TEXT NOT NULL,
  -- What becomes of a submission when the validator itself fails.
  on_failure TEXT NOT NULL CHECK (on_failure IN ('open', 'closed')),
  version INTEGER NOT NULL,
  last_version INTEGER NOT NULL,
  -- A cron expression in UTC, while the class has onSchedule and is told of it.
  schedule TEXT,
  next_run_at INTEGER,
  -- Runs that failed one after another.
  failures INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX plugins_by_workspace ON plugins (workspace_id, id);
CREATE INDEX plugins_scheduled ON plugins (next_run_at) WHERE next_run_at IS NOT NULL AND status = 'enabled';

CREATE TABLE plugin_versions (
  plugin_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  source TEXT NOT NULL,
  mode TEXT NOT NULL,
  -- What the class declares of itself: hooks, config schema, schedule.
  declared TEXT NOT NULL,
  config TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (plugin_id, version)
) WITHOUT ROWID;

-- One run of one plugin for one event. The row is the truth, the queue message only wakes.
CREATE TABLE plugin_runs (
  -- Made from the plugin and the event, so that fanning out twice makes one.
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  plugin_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  form_id TEXT,
  -- Where an entry of a chain is found; null for other events.
  shard INTEGER,
  seq INTEGER,
  -- What other events carry. It holds no answers.
  data TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('event', 'test', 'validator')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done')),
  outcome TEXT CHECK (outcome IN ('ok', 'error', 'timeout', 'limit')),
  version INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it may be tried (queued), or when another consumer may take it over (running).
  due_at INTEGER NOT NULL,
  claim TEXT,
  duration_ms INTEGER,
  logs TEXT,
  error TEXT,
  correlation_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX plugin_runs_by_plugin ON plugin_runs (plugin_id, id);
CREATE INDEX plugin_runs_due ON plugin_runs (due_at) WHERE status IN ('queued', 'running');

-- What a plugin keeps from one run to the next.
CREATE TABLE plugin_kv (
  plugin_id TEXT NOT NULL,
  key TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  value TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  expires_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (plugin_id, key)
) WITHOUT ROWID;

-- What a plugin has used of what is limited by day (UTC), and what has become of its runs.
CREATE TABLE plugin_days (
  plugin_id TEXT NOT NULL,
  day TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  mails INTEGER NOT NULL DEFAULT 0,
  files INTEGER NOT NULL DEFAULT 0,
  ok INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (plugin_id, day)
) WITHOUT ROWID;
