-- Reports sent by the clock. `next_run_at` is the claim: whoever moves it on writes the run in the same batch, so two never do.
CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  name TEXT NOT NULL,
  frequency TEXT NOT NULL CHECK (frequency IN ('daily', 'weekly', 'monthly', 'cron')),
  at_time TEXT NOT NULL,
  -- 1 is Monday, 7 is Sunday.
  weekday INTEGER,
  -- 1 to 31; 0 is the last of the month.
  day INTEGER,
  cron TEXT,
  timezone TEXT NOT NULL,
  -- JSON: addresses.
  recipients TEXT NOT NULL,
  filters TEXT,
  format TEXT NOT NULL,
  options TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  -- Null while it is paused, and when it never runs again.
  next_run_at INTEGER,
  -- What the newest run by the clock was planned for: where "since the last run" begins.
  last_run_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX schedules_due ON schedules (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX schedules_by_workspace ON schedules (workspace_id, id);
CREATE INDEX schedules_by_form ON schedules (workspace_id, form_id, id);

CREATE TABLE schedule_runs (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  schedule_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  trigger_kind TEXT NOT NULL CHECK (trigger_kind IN ('clock', 'person')),
  planned_at INTEGER NOT NULL,
  -- What the run before was planned for.
  previous_at INTEGER,
  -- How many runs an outage has swallowed that this one stands for.
  missed INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'sent', 'skipped', 'failed')),
  -- Why it was skipped or failed, for people.
  reason TEXT,
  job_id TEXT,
  -- The very file that was sent.
  export_id TEXT,
  rows INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX schedule_runs_by_schedule ON schedule_runs (workspace_id, schedule_id, id);
CREATE UNIQUE INDEX schedule_runs_once ON schedule_runs (schedule_id, planned_at) WHERE trigger_kind = 'clock';
CREATE INDEX schedule_runs_without_job ON schedule_runs (created_at) WHERE status = 'queued' AND job_id IS NULL;

CREATE TABLE schedule_recipients (
  run_id TEXT NOT NULL,
  address TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  schedule_id TEXT NOT NULL,
  -- Null for who was left out.
  mail_id TEXT,
  -- What the mail's own row says is copied here once it is decided; a bounce comes later than that.
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'failed', 'bounced', 'complained', 'suppressed')),
  detail TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, address)
) WITHOUT ROWID;
CREATE UNIQUE INDEX schedule_recipients_by_mail ON schedule_recipients (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX schedule_recipients_open ON schedule_recipients (updated_at) WHERE status = 'queued';

-- Who gets no more reports: of one schedule, or with the scope `*` of the whole workspace. Letters about an account still come.
CREATE TABLE mail_suppressions (
  workspace_id TEXT NOT NULL,
  -- In small letters.
  address TEXT NOT NULL,
  scope TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('bounced', 'complained', 'unsubscribed', 'manual')),
  detail TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, address, scope)
) WITHOUT ROWID;

-- Heavy mail is sent one at a time: what it carries lies in the bucket and is read whole to be sent.
ALTER TABLE mail_messages ADD COLUMN attachment_bytes INTEGER NOT NULL DEFAULT 0;
