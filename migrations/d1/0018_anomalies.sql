-- Alerts: what somebody ought to look at. Open until it is over or somebody closes it; raised again while open it is still one.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT,
  -- Who raises it: `anomaly`.
  source TEXT NOT NULL,
  -- What makes two of them the same.
  key TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  title TEXT NOT NULL,
  -- JSON, as the source likes.
  details TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  last_raised_at INTEGER NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,
  closed_at INTEGER,
  -- `over`, or who closed it.
  closed_by TEXT
);
CREATE UNIQUE INDEX alerts_open ON alerts (workspace_id, key) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_workspace ON alerts (workspace_id, id);
CREATE INDEX alerts_by_form ON alerts (workspace_id, form_id, id);

-- What a form is watched for. A form without any is watched for what Headwater thinks right.
CREATE TABLE detectors (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('drop', 'spike', 'level_shift', 'silence', 'completion_rate')),
  sensitivity TEXT NOT NULL CHECK (sensitivity IN ('low', 'medium', 'high')),
  window_hours INTEGER NOT NULL,
  minimum INTEGER NOT NULL,
  is_active INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX detectors_by_form ON detectors (workspace_id, form_id, id);

-- When each form that gets answers is looked at next: each night, and by day when a silence would mean something.
CREATE TABLE anomaly_watch (
  form_id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  next_check_at INTEGER NOT NULL,
  -- JSON: what the hours of this week should bring; null until it is known.
  baseline TEXT,
  -- The last day that is over and was judged.
  judged_day TEXT,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX anomaly_watch_due ON anomaly_watch (next_check_at, form_id);
