-- Mail to be sent. The row is the truth, the queue message only points at it.
-- `body` is sealed JSON {html, text}: it holds links that sign people in. It is blanked once the mail has left.
CREATE TABLE mail_messages (
  id TEXT PRIMARY KEY,
  workspace_id TEXT,
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT,
  status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it may be tried (queued), or when another consumer may take it over (sending).
  due_at INTEGER NOT NULL,
  -- Whoever claimed it last; a consumer that was too slow finds another value here and leaves the row alone.
  claim TEXT,
  last_error TEXT,
  correlation_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER
) WITHOUT ROWID;
CREATE INDEX mail_due ON mail_messages (due_at) WHERE status IN ('queued', 'sending');
