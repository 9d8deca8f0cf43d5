-- One row per tag that was ever bumped. Never deleted: a version that starts again would name entries of the past.
CREATE TABLE cache_tags (
  tag TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE feature_flags (
  key TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  percentage REAL NOT NULL CHECK (percentage BETWEEN 0 AND 100),
  allowed TEXT NOT NULL,
  blocked TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
