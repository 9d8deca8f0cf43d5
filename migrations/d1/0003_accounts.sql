-- People, their sessions and their ways to sign in. These four tables are written by better-auth; all times are epoch milliseconds.
-- `origin` is JSON {ip, user_agent, correlation_id} of whoever wrote the row last: the triggers below copy it into the audit row.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified INTEGER NOT NULL DEFAULT 0,
  image TEXT,
  active_workspace_id TEXT,
  origin TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_email ON users (email);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  token TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  origin TEXT,
  ended_from TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_by_token ON sessions (token);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  password TEXT,
  access_token TEXT,
  refresh_token TEXT,
  id_token TEXT,
  access_token_expires_at INTEGER,
  refresh_token_expires_at INTEGER,
  scope TEXT,
  origin TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_by_provider ON accounts (provider_id, account_id);
CREATE INDEX accounts_by_user ON accounts (user_id);

CREATE TABLE verifications (
  id TEXT PRIMARY KEY,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX verifications_by_identifier ON verifications (identifier);
CREATE INDEX verifications_by_expiry ON verifications (expires_at);

-- better-auth writes one statement at a time, so the audit row cannot be put beside it in a batch: a trigger is the same
-- transaction by construction. The id is ours (src/shared/ids.ts): ten digits of time in Crockford base 32, then chance.
CREATE VIEW audit_stamp AS
WITH clock (t) AS (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)), digits (d) AS (SELECT '0123456789abcdefghjkmnpqrstvwxyz')
SELECT t AS at,
  'aud_' || substr(d, ((t >> 45) & 31) + 1, 1) || substr(d, ((t >> 40) & 31) + 1, 1) || substr(d, ((t >> 35) & 31) + 1, 1)
  || substr(d, ((t >> 30) & 31) + 1, 1) || substr(d, ((t >> 25) & 31) + 1, 1) || substr(d, ((t >> 20) & 31) + 1, 1)
  || substr(d, ((t >> 15) & 31) + 1, 1) || substr(d, ((t >> 10) & 31) + 1, 1) || substr(d, ((t >> 5) & 31) + 1, 1)
  || substr(d, (t & 31) + 1, 1) || lower(hex(randomblob(8))) AS id
FROM clock, digits;

CREATE TRIGGER audit_user_created AFTER INSERT ON users BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.id, 'user.created', 'user', NEW.id,
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

CREATE TRIGGER audit_user_verified AFTER UPDATE OF email_verified ON users WHEN NEW.email_verified = 1 AND OLD.email_verified = 0 BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.id, 'user.email_verified', 'user', NEW.id,
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

CREATE TRIGGER audit_user_changed AFTER UPDATE OF name, email ON users WHEN NEW.name <> OLD.name OR NEW.email <> OLD.email BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.id, 'user.changed', 'user', NEW.id,
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

CREATE TRIGGER audit_account_linked AFTER INSERT ON accounts BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, details, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.user_id, 'account.linked', 'account', NEW.id, json_object('provider', NEW.provider_id),
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

CREATE TRIGGER audit_password_changed AFTER UPDATE OF password ON accounts WHEN NEW.password IS NOT OLD.password BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.user_id, 'user.password_changed', 'user', NEW.user_id,
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

CREATE TRIGGER audit_session_created AFTER INSERT ON sessions BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, ip, user_agent, correlation_id, at)
  SELECT id, 'user', NEW.user_id, 'session.created', 'session', NEW.id,
    NEW.origin ->> 'ip', NEW.origin ->> 'user_agent', NEW.origin ->> 'correlation_id', at FROM audit_stamp;
END;

-- A session that ran out is swept, not ended by anybody: no row for that.
CREATE TRIGGER audit_session_ended AFTER DELETE ON sessions WHEN OLD.ended_from IS NOT NULL BEGIN
  INSERT INTO audit_log (id, actor_kind, actor_id, action, target_kind, target_id, details, ip, user_agent, correlation_id, at)
  SELECT id, 'user', OLD.user_id, 'session.ended', 'session', OLD.id, json_object('reason', OLD.ended_from ->> 'reason'),
    OLD.ended_from ->> 'ip', OLD.ended_from ->> 'user_agent', OLD.ended_from ->> 'correlation_id', at FROM audit_stamp;
END;

-- What happens to a person outside any workspace is read by that person.
CREATE INDEX audit_of_person ON audit_log (actor_id, id) WHERE workspace_id IS NULL;

-- Tenants, who belongs to them, and how one gets in.
CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) WITHOUT ROWID;

CREATE TABLE members (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX members_by_id ON members (id);
CREATE INDEX members_by_workspace ON members (workspace_id, id);
CREATE INDEX members_by_user ON members (user_id, workspace_id);

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
  token_hash TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked')),
  invited_by TEXT NOT NULL,
  accepted_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX invitations_by_token ON invitations (token_hash);
CREATE INDEX invitations_by_workspace ON invitations (workspace_id, id);
-- One open invitation for an address in a workspace; asking again is a conflict, sending again is `resend`.
CREATE UNIQUE INDEX invitations_open ON invitations (workspace_id, email) WHERE status = 'pending';

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (hash);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);
