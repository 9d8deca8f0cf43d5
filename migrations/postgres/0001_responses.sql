-- The bulk tables in Postgres, as migrations/d1/0006_responses.sql has them in D1: read that first for what each column means.
-- Text is compared byte by byte (COLLATE "C"), so that both stores sort and compare alike whatever the database's own locale.
CREATE TABLE responses (
  id text COLLATE "C" PRIMARY KEY,
  workspace_id text COLLATE "C" NOT NULL,
  form_id text COLLATE "C" NOT NULL,
  shard integer NOT NULL,
  seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  data_seq bigint NOT NULL,
  form_version integer NOT NULL,
  status text COLLATE "C" NOT NULL,
  submitted_at bigint NOT NULL,
  started_at bigint,
  duration_ms bigint,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  erased_at bigint,
  data_hash text COLLATE "C" NOT NULL,
  meta jsonb NOT NULL,
  data jsonb NOT NULL,
  -- Words of the answers, cut by us as SQLite's FTS5 cuts them and led by a mark of the form, so that a search reads one form's words.
  words tsvector NOT NULL
);
CREATE UNIQUE INDEX responses_by_seq ON responses (form_id, shard, seq);
CREATE INDEX responses_by_time ON responses (form_id, submitted_at, seq, shard) WHERE deleted_at IS NULL;
CREATE INDEX responses_by_status ON responses (form_id, status, submitted_at, seq, shard) WHERE deleted_at IS NULL;
CREATE INDEX responses_deleted ON responses (form_id, submitted_at, seq, shard) WHERE deleted_at IS NOT NULL;
CREATE INDEX responses_by_word ON responses USING gin (words);

CREATE TABLE response_entries (
  form_id text COLLATE "C" NOT NULL,
  shard integer NOT NULL,
  seq bigint NOT NULL,
  response_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  form_version integer NOT NULL,
  status text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  submitted_at bigint NOT NULL,
  data_hash text COLLATE "C" NOT NULL,
  salt text COLLATE "C",
  hash text COLLATE "C" NOT NULL,
  actor text COLLATE "C",
  data jsonb,
  PRIMARY KEY (form_id, shard, seq)
);
CREATE INDEX response_entries_by_response ON response_entries (form_id, response_id, seq);

CREATE TABLE response_rollups (
  form_id text COLLATE "C" NOT NULL,
  day text COLLATE "C" NOT NULL,
  field text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  sum double precision NOT NULL DEFAULT 0,
  min double precision,
  max double precision,
  loose integer NOT NULL DEFAULT 0,
  PRIMARY KEY (form_id, field, day, value)
);

CREATE TABLE ledger_marks (
  form_id text COLLATE "C" NOT NULL,
  shard integer NOT NULL,
  workspace_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  settled_at bigint NOT NULL,
  PRIMARY KEY (form_id, shard)
);

CREATE TABLE ledger_outbox (
  form_id text COLLATE "C" NOT NULL,
  shard integer NOT NULL,
  from_seq bigint NOT NULL,
  to_seq bigint NOT NULL,
  workspace_id text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C",
  created_at bigint NOT NULL,
  sent_at bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  -- Audit rows of this range, on their way to the audit log, which is in D1.
  audit jsonb NOT NULL,
  PRIMARY KEY (form_id, shard, from_seq)
);
CREATE INDEX ledger_outbox_overdue ON ledger_outbox (sent_at);

-- One settle: null when it is written, else where the mark stands instead of at in_from - 1 (then nothing is written). A function,
-- because ten statements with parameters would be twenty trips to the database, and this is one. The row of the mark is locked
-- first: an earlier attempt whose reply was lost may still be under way, and this one must see what became of it.
-- Deployed versions overlap, so a settle that changes shape gets a new name and this one stays for a release.
CREATE FUNCTION headwater_settle(
  in_form text, in_shard integer, in_workspace text, in_from bigint, in_to bigint, in_hash text, in_correlation text, in_now bigint,
  in_rows jsonb, in_entries jsonb, in_rollups jsonb, in_audit jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  stands bigint;
BEGIN
  INSERT INTO ledger_marks (form_id, shard, workspace_id, seq, hash, settled_at)
    VALUES (in_form, in_shard, in_workspace, 0, '', in_now) ON CONFLICT DO NOTHING;
  SELECT seq INTO stands FROM ledger_marks WHERE form_id = in_form AND shard = in_shard FOR UPDATE;
  IF stands <> in_from - 1 THEN
    RETURN stands;
  END IF;

  -- What is about to be overwritten moves to the entry that wrote it, so each version of the answers is kept exactly once.
  UPDATE response_entries e SET data = r.data
    FROM jsonb_to_recordset(in_rows) AS b(id text, data jsonb) JOIN responses r ON r.id = b.id
    WHERE b.data IS NOT NULL AND r.form_id = in_form AND r.shard = in_shard AND r.seq < in_from
      AND e.form_id = r.form_id AND e.shard = r.shard AND e.seq = r.data_seq;

  INSERT INTO responses AS r (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at,
      started_at, duration_ms, updated_at, deleted_at, erased_at, data_hash, meta, data, words)
    SELECT b.id, in_workspace, in_form, in_shard, b.seq, b.last_seq, coalesce(b.data_seq, 0), b.form_version, b.status, b.submitted_at,
      b.started_at, b.duration_ms, b.updated_at, b.deleted_at, b.erased_at, b.data_hash, coalesce(b.meta, '{}'), coalesce(b.data, '{}'),
      array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(b.words)))
    FROM jsonb_to_recordset(in_rows) AS b(id text, seq bigint, last_seq bigint, data_seq bigint, form_version integer, status text,
      submitted_at bigint, started_at bigint, duration_ms bigint, updated_at bigint, deleted_at bigint, erased_at bigint,
      data_hash text, meta jsonb, data jsonb, words jsonb)
    ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, form_version = excluded.form_version, status = excluded.status,
      submitted_at = excluded.submitted_at, started_at = excluded.started_at, duration_ms = excluded.duration_ms,
      updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, erased_at = excluded.erased_at, data_hash = excluded.data_hash,
      meta = CASE WHEN excluded.data_seq > 0 THEN excluded.meta ELSE r.meta END,
      data = CASE WHEN excluded.data_seq > 0 THEN excluded.data ELSE r.data END,
      words = CASE WHEN excluded.data_seq > 0 THEN excluded.words ELSE r.words END,
      data_seq = CASE WHEN excluded.data_seq > 0 THEN excluded.data_seq ELSE r.data_seq END;

  INSERT INTO response_entries (form_id, shard, seq, response_id, kind, form_version, status, at, submitted_at, data_hash, salt, hash, actor, data)
    SELECT in_form, in_shard, b.seq, b.response_id, b.kind, b.form_version, b.status, b.at, b.submitted_at, b.data_hash, b.salt, b.hash, b.actor, b.data
    FROM jsonb_to_recordset(in_entries) AS b(seq bigint, response_id text, kind text, form_version integer, status text, at bigint,
      submitted_at bigint, data_hash text, salt text, hash text, actor text, data jsonb);

  -- An erased response leaves its hashes, so the chain still proves itself, but nothing that says what was in it.
  UPDATE response_entries e SET data = NULL, salt = NULL
    FROM jsonb_to_recordset(in_rows) AS b(id text, erased_at bigint)
    WHERE b.erased_at IS NOT NULL AND e.form_id = in_form AND e.response_id = b.id;

  -- In one order for everybody: two shards of a form settle side by side and touch the same rows.
  INSERT INTO response_rollups AS r (form_id, day, field, value, count, sum, min, max, loose)
    SELECT in_form, b.day, b.field, b.value, b.count, b.sum, b.min, b.max, b.loose
    FROM jsonb_to_recordset(in_rollups) AS b(day text, field text, value text, count bigint, sum double precision,
      min double precision, max double precision, loose integer)
    ORDER BY b.field COLLATE "C", b.day COLLATE "C", b.value COLLATE "C"
    ON CONFLICT (form_id, field, day, value) DO UPDATE SET count = r.count + excluded.count, sum = r.sum + excluded.sum,
      min = least(r.min, excluded.min), max = greatest(r.max, excluded.max), loose = greatest(r.loose, excluded.loose);
  DELETE FROM response_rollups r USING jsonb_to_recordset(in_rollups) AS b(day text, field text, value text)
    WHERE r.form_id = in_form AND r.field = b.field AND r.day = b.day AND r.value = b.value AND r.count = 0;

  INSERT INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, correlation_id, created_at, sent_at, audit)
    VALUES (in_form, in_shard, in_from, in_to, in_workspace, in_correlation, in_now, in_now, in_audit);
  UPDATE ledger_marks SET seq = in_to, hash = in_hash, settled_at = in_now WHERE form_id = in_form AND shard = in_shard;
  RETURN NULL;
END
$$;
