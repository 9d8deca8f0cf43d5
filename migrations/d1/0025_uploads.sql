-- Files that were uploaded as answers. The bytes lie in the bucket under `file_key`; a row without a response is on its way and
-- expires. A response that is accepted claims what it names (`response_id`), and from then on keeps it until it is erased.
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  -- Path of the field it answers, without the numbers of turns: `cv`, `people.photo`.
  field TEXT NOT NULL,
  name TEXT NOT NULL,
  -- As its first bytes say, not as the sender does.
  type TEXT NOT NULL,
  -- While it is open: as announced.
  size INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'complete')),
  -- 'none': there is no scanner.
  scan TEXT NOT NULL CHECK (scan IN ('none', 'pending', 'clean', 'refused')),
  scan_attempts INTEGER NOT NULL DEFAULT 0,
  file_key TEXT NOT NULL,
  -- Of an upload in parts, until it is complete.
  multipart_id TEXT,
  response_id TEXT,
  -- Who is just submitting it, and until when nobody else may: an idempotency key's digest or a response's id.
  held_by TEXT,
  held_until INTEGER,
  -- Null once a response has claimed it.
  expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) WITHOUT ROWID;
CREATE INDEX uploads_by_form ON uploads (workspace_id, form_id, id);
CREATE INDEX uploads_by_response ON uploads (workspace_id, form_id, response_id, id) WHERE response_id IS NOT NULL;
CREATE INDEX uploads_unclaimed ON uploads (form_id, size) WHERE response_id IS NULL;
CREATE INDEX uploads_expiring ON uploads (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX uploads_to_scan ON uploads (completed_at) WHERE scan = 'pending';

CREATE TABLE upload_parts (
  upload_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  PRIMARY KEY (upload_id, part)
) WITHOUT ROWID;

-- What a workspace keeps, added up as rows come and go: a sum over all of them would be read for each upload.
CREATE TABLE upload_usage (
  workspace_id TEXT PRIMARY KEY,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER uploads_counted AFTER INSERT ON uploads
BEGIN
  INSERT OR IGNORE INTO upload_usage (workspace_id, files, bytes) VALUES (NEW.workspace_id, 0, 0);
  UPDATE upload_usage SET files = files + 1, bytes = bytes + NEW.size WHERE workspace_id = NEW.workspace_id;
END;
CREATE TRIGGER uploads_resized AFTER UPDATE OF size ON uploads WHEN NEW.size <> OLD.size
BEGIN
  UPDATE upload_usage SET bytes = bytes + NEW.size - OLD.size WHERE workspace_id = NEW.workspace_id;
END;
CREATE TRIGGER uploads_uncounted AFTER DELETE ON uploads
BEGIN
  UPDATE upload_usage SET files = files - 1, bytes = bytes - OLD.size WHERE workspace_id = OLD.workspace_id;
  DELETE FROM upload_parts WHERE upload_id = OLD.id;
END;
