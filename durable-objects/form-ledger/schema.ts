// The ledger's own SQLite, apart from migrations/. This list only ever grows: a ledger wakes up after a year with whatever
// version it went to sleep with.
import { createHash } from "node:crypto";

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE entries (seq INTEGER PRIMARY KEY, response_id TEXT NOT NULL, head TEXT NOT NULL, data TEXT, hash TEXT NOT NULL);
  CREATE INDEX entries_by_response ON entries (response_id, seq);
  CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER NOT NULL, sum REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE buckets (start INTEGER PRIMARY KEY, complete INTEGER NOT NULL, partial INTEGER NOT NULL, starts INTEGER NOT NULL, views INTEGER NOT NULL);
  CREATE TABLE replies (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, seq INTEGER NOT NULL, response_id TEXT NOT NULL, form_version INTEGER NOT NULL,
    status TEXT NOT NULL, submitted_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX replies_expiring ON replies (expires_at);
  CREATE TABLE duplicates (key TEXT PRIMARY KEY, response_id TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX duplicates_by_response ON duplicates (response_id);
  CREATE TABLE partials (
    response_id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, form_version INTEGER NOT NULL,
    started_at INTEGER, submitted_at INTEGER NOT NULL, data TEXT, meta TEXT, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX partials_expiring ON partials (expires_at);
  CREATE TABLE starts (id TEXT PRIMARY KEY, address TEXT, held_until INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX starts_holding ON starts (held_until);
  CREATE INDEX starts_expiring ON starts (expires_at);
  CREATE TABLE poison (seq INTEGER PRIMARY KEY, head TEXT NOT NULL, data TEXT, error TEXT NOT NULL, at INTEGER NOT NULL);
  `,
  `
  CREATE TABLE visit_marks (seq INTEGER PRIMARY KEY, views INTEGER NOT NULL, open_starts INTEGER NOT NULL);
  `,
  // Where visits that have not sent anything stand, how long pages took, and what was refused: no response tells of these.
  `
  ALTER TABLE starts ADD COLUMN day TEXT;
  ALTER TABLE starts ADD COLUMN place TEXT;
  ALTER TABLE starts ADD COLUMN rank INTEGER;
  ALTER TABLE starts ADD COLUMN turned_at INTEGER;
  ALTER TABLE partials ADD COLUMN cells TEXT;
  CREATE TABLE standing (day TEXT NOT NULL, place TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, place)) WITHOUT ROWID;
  CREATE TABLE page_times (day TEXT NOT NULL, place TEXT NOT NULL, slot INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, place, slot)) WITHOUT ROWID;
  CREATE TABLE refusals (start INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (start, what)) WITHOUT ROWID;
  `,
  // Each entry paid for it; a change, which is rare and only taken when all is settled, looks through the thousand that are kept.
  `
  DROP INDEX entries_by_response;
  `,
];

/** Refuses to start on a history it does not know. `upTo` stops early, for tests of upgrades. */
export function migrate(storage: DurableObjectStorage, migrations = MIGRATIONS, upTo = migrations.length): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS applied (n INTEGER PRIMARY KEY, digest TEXT NOT NULL)");
  const applied = sql.exec<{ n: number; digest: string }>("SELECT n, digest FROM applied ORDER BY n").toArray();
  if (applied.length > migrations.length) throw new Error("This ledger was written by a newer version of Headwater.");
  for (const { n, digest } of applied) {
    if (digest !== digestOf(migrations[n])) throw new Error(`Migration ${n} of the ledger is not the one that was applied.`);
  }
  for (let n = applied.length; n < upTo; n++) {
    storage.transactionSync(() => {
      sql.exec(migrations[n] ?? "");
      sql.exec("INSERT INTO applied (n, digest) VALUES (?, ?)", n, digestOf(migrations[n]));
    });
  }
}

function digestOf(text = ""): string {
  return createHash("sha256").update(text.replace(/\s+/g, " ").trim()).digest("hex").slice(0, 16);
}
