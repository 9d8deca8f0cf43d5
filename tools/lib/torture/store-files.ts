// What lies on disk after a kill, read from copies: opening the files themselves would already repair them.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface Remains {
  /** Ledgers that died after the store had committed a settle, and before they had written that down. */
  betweenCommitAndTrim: number;
  /** Entries that only the ledgers held. */
  unsettled: number;
}

export function storeFile(stores: string): string {
  const [file] = databases(join(stores, "d1/miniflare-D1DatabaseObject"));
  if (file === undefined) throw new Error("There is no store yet.");
  return file;
}

export function lookAtRemains(stores: string): Remains {
  const marks = new Map(
    query<{ name: string; seq: number }>(storeFile(stores), "SELECT form_id || ':' || shard AS name, seq FROM ledger_marks").map(
      ({ name, seq }) => [name, seq],
    ),
  );
  const remains: Remains = { betweenCommitAndTrim: 0, unsettled: 0 };
  for (const file of databases(join(stores, "do/headwater-FormLedger"))) {
    const [ledger] = query<{ name: string | null; settled: number; head: number }>(
      file,
      `SELECT (SELECT value FROM facts WHERE name = 'name') AS name, coalesce((SELECT value FROM facts WHERE name = 'settled'), 0) AS settled,
         coalesce((SELECT max(seq) FROM entries), 0) AS head`,
    );
    const mark = marks.get(ledger?.name ?? "");
    if (ledger === undefined || ledger.head === 0) continue;
    remains.unsettled += Math.max(0, ledger.head - Math.max(ledger.settled, mark ?? 0));
    if (mark !== undefined && mark > ledger.settled) remains.betweenCommitAndTrim += 1;
  }
  return remains;
}

export interface RollupSum {
  field: string;
  value: string;
  count: number;
  sum: number;
}

/** Roll-ups of a form over all its days. */
export function rollupSums(stores: string, formId: string): RollupSum[] {
  const sums = "SELECT field, value, sum(count) AS count, sum(sum) AS sum FROM response_rollups WHERE form_id = ? GROUP BY 1, 2";
  return query<RollupSum>(storeFile(stores), sums, formId).filter(({ count }) => count !== 0);
}

function databases(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => join(folder, name));
}

function query<T>(file: string, sql: string, ...values: string[]): T[] {
  const folder = mkdtempSync(join(tmpdir(), "headwater-remains-"));
  try {
    const copy = join(folder, basename(file));
    for (const end of ["", "-wal"]) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
    const database = new DatabaseSync(copy);
    try {
      return database.prepare(sql).all(...values) as T[];
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
