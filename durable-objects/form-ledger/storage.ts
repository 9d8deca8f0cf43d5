// The statements that the ledger runs on its own SQLite: its chain and its counters. What they mean is decided elsewhere.
import type { Bucket, CounterRow, Effect, Entry, StoredEntry } from "../../src/responses";
import { Journeys } from "./journeys";
import { Respondents } from "./respondents";

interface EntryRecord extends Record<string, SqlStorageValue> {
  head: string;
  data: string | null;
  hash: string;
}

export class LedgerStorage {
  readonly #sql: SqlStorage;
  readonly journeys: Journeys;
  readonly respondents: Respondents;
  /** Moves whenever the quarter-hours on disk may have: what was read of them before is old. */
  bucketWrites = 0;

  constructor(readonly storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.journeys = new Journeys(storage.sql);
    this.respondents = new Respondents(storage.sql);
  }

  fact<T extends string | number>(name: string): T | null {
    const [row] = this.#sql.exec<{ value: T }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return row?.value ?? null;
  }

  setFact(name: string, value: string | number): void {
    this.#sql.exec("INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value);
  }

  addEntry(entry: Entry, data: string | null, hash: string): void {
    this.#sql.exec(
      "INSERT INTO entries (seq, response_id, head, data, hash) VALUES (?, ?, ?, ?, ?)",
      entry.seq,
      entry.responseId,
      JSON.stringify(entry),
      data,
      hash,
    );
  }

  /** At most `limit` entries from after `seq`, and no more than `maxBytes` of answers unless the first alone is larger. */
  entriesAfter(seq: number, limit: number, maxBytes = Number.POSITIVE_INFINITY): StoredEntry[] {
    const entries: StoredEntry[] = [];
    let bytes = 0;
    for (const row of this.#sql.exec<EntryRecord>("SELECT head, data, hash FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)) {
      const entry = toEntry(row);
      bytes += entry.bytes;
      if (bytes > maxBytes && entries.length > 0) break;
      entries.push(entry);
    }
    return entries;
  }

  entry(seq: number): StoredEntry | null {
    const [row] = this.#sql.exec<EntryRecord>("SELECT head, data, hash FROM entries WHERE seq = ?", seq).toArray();
    return row === undefined ? null : toEntry(row);
  }

  lastEntry(): StoredEntry | null {
    const [row] = this.#sql.exec<EntryRecord>("SELECT head, data, hash FROM entries ORDER BY seq DESC LIMIT 1").toArray();
    return row === undefined ? null : toEntry(row);
  }

  /** Oldest entry still kept; null when none is. */
  floor(): number | null {
    return this.#sql.exec<{ seq: number | null }>("SELECT min(seq) AS seq FROM entries").one().seq;
  }

  newestOf(responseId: string): number | null {
    return this.#sql.exec<{ seq: number | null }>("SELECT max(seq) AS seq FROM entries WHERE response_id = ?", responseId).one().seq;
  }

  /** Reads every entry between: whoever holds them looks at those instead. */
  erasedBetween(after: number, upTo: number): string[] {
    return this.#sql
      .exec<{ response_id: string }>(
        `SELECT DISTINCT response_id FROM entries WHERE seq > ? AND seq <= ? AND head ->> 'kind' = 'erase'`,
        after,
        upTo,
      )
      .toArray()
      .map(({ response_id }) => response_id);
  }

  /**
   * Of responses whose erasure has settled, the entries that are kept for feeds lose what they tell of the answers. Not sooner:
   * until then a start counts from them. Their hashes stay.
   */
  forgetAnswersOf(erased: Iterable<string>, upTo: number): void {
    for (const id of erased) {
      const rows = this.#sql
        .exec<{ seq: number; head: string }>("SELECT seq, head FROM entries WHERE response_id = ? AND seq <= ?", id, upTo)
        .toArray();
      for (const { seq, head } of rows) {
        const entry = JSON.parse(head) as Entry;
        const bare = { ...entry, salt: null, meta: null, take: withoutCells(entry.take), add: withoutCells(entry.add), bytes: 0 };
        this.#sql.exec("UPDATE entries SET head = ?, data = NULL WHERE seq = ?", JSON.stringify(bare), seq);
      }
      this.#sql.exec("DELETE FROM poison WHERE head ->> 'responseId' = ?", id);
    }
  }

  trim(upTo: number): void {
    this.#sql.exec("DELETE FROM entries WHERE seq <= ?", upTo);
  }

  counters(): Iterable<CounterRow> {
    return this.#sql.exec<CounterRow & Record<string, SqlStorageValue>>("SELECT name, count, sum FROM counters");
  }

  saveCounters(counts: readonly CounterRow[], buckets: readonly [number, Bucket][]): void {
    this.bucketWrites += 1;
    for (const { name, count, sum } of counts) {
      if (count === 0) this.#sql.exec("DELETE FROM counters WHERE name = ?", name);
      else
        this.#sql.exec(
          "INSERT INTO counters (name, count, sum) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count, sum = excluded.sum",
          name,
          count,
          sum,
        );
    }
    for (const [start, { complete, partial, starts, views }] of buckets) {
      this.#sql.exec(
        `INSERT INTO buckets (start, complete, partial, starts, views) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
           complete = complete + excluded.complete, partial = partial + excluded.partial, starts = starts + excluded.starts, views = views + excluded.views`,
        start,
        complete,
        partial,
        starts,
        views,
      );
    }
  }

  clearCounters(): void {
    this.bucketWrites += 1;
    this.#sql.exec("DELETE FROM counters");
    this.#sql.exec("DELETE FROM buckets");
  }

  buckets(from: number, to: number): [number, Bucket][] {
    return this.#sql
      .exec<Bucket & { start: number } & Record<string, SqlStorageValue>>(
        "SELECT start, complete, partial, starts, views FROM buckets WHERE start >= ? AND start < ? ORDER BY start",
        from,
        to,
      )
      .toArray()
      .map(({ start, complete, partial, starts, views }) => [start, { complete, partial, starts, views }]);
  }

  addPoison(entry: StoredEntry, error: string, now: number): void {
    const { data, hash, ...head } = entry;
    this.#sql.exec(
      "INSERT OR REPLACE INTO poison (seq, head, data, error, at) VALUES (?, ?, ?, ?, ?)",
      entry.seq,
      JSON.stringify({ ...head, hash }),
      data,
      error.slice(0, 500),
      now,
    );
  }

  poisonCount(): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM poison").one().n;
  }

  bytes(): number {
    return this.#sql.databaseSize;
  }
}

function withoutCells(effect: Effect | null): Effect | null {
  return effect === null ? null : { ...effect, cells: [] };
}

function toEntry(row: EntryRecord): StoredEntry {
  return { ...(JSON.parse(row.head) as Entry), data: row.data, hash: row.hash };
}
