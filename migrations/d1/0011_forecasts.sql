-- What a training has found out: which way to forecast suits a form, and how far off it was. A subject is a form, or a workspace
-- for all of its forms together.
CREATE TABLE forecast_models (
  workspace_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  timezone TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  -- JSON: r2, mae, rmse, the error of the back-test, the widths of the intervals.
  measured TEXT NOT NULL,
  -- The weekly training it belongs to; null when somebody asked before there was one.
  run TEXT,
  trained_at INTEGER NOT NULL,
  PRIMARY KEY (subject, version)
) WITHOUT ROWID;

-- A weekly training. Its subjects are listed in slices: `cursor` is the last form that is on the list.
CREATE TABLE forecast_runs (
  run TEXT PRIMARY KEY,
  cursor TEXT NOT NULL DEFAULT '',
  opened_at INTEGER NOT NULL,
  listed_at INTEGER
) WITHOUT ROWID;
CREATE INDEX forecast_runs_unlisted ON forecast_runs (opened_at) WHERE listed_at IS NULL;

-- What is still to be trained. A claim lapses, so that another takes over what somebody died over.
CREATE TABLE forecast_due (
  subject TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  run TEXT NOT NULL,
  claim TEXT,
  claimed_until INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX forecast_due_free ON forecast_due (claimed_until, subject);
