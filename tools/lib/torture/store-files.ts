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

/** `marks`: how far the store has come, by the name of the ledger; null when that cannot be seen. */
export function lookAtRemains(stores: string, marks: ReadonlyMap<string, number> | null): Remains {
  const remains: Remains = { betweenCommitAndTrim: 0, unsettled: 0 };
  for (const file of ledgerFiles(stores)) {
    const [ledger] = query<{ name: string | null; settled: number; head: number }>(
      file,
      `SELECT (SELECT value FROM facts WHERE name = 'name') AS name, coalesce((SELECT value FROM facts WHERE name = 'settled'), 0) AS settled,
         coalesce((SELECT max(seq) FROM entries), 0) AS head`,
    );
    const mark = marks?.get(ledger?.name ?? "");
    if (ledger === undefined || ledger.head === 0) continue;
    remains.unsettled += Math.max(0, ledger.head - Math.max(ledger.settled, mark ?? 0));
    if (mark !== undefined && mark > ledger.settled) remains.betweenCommitAndTrim += 1;
  }
  return remains;
}

export function ledgerFiles(stores: string): string[] {
  return databases(join(stores, "do/headwater-FormLedger"));
}

/** The file of one ledger, by its name. */
export function ledgerFile(stores: string, name: string): string | undefined {
  return ledgerFiles(stores).find(
    (file) => query<{ value: string }>(file, "SELECT value FROM facts WHERE name = 'name'")[0]?.value === name,
  );
}

export function databases(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => join(folder, name));
}

export function query<T>(file: string, sql: string, ...values: string[]): T[] {
  return withCopy(file, (copy) => {
    const database = new DatabaseSync(copy);
    try {
      return database.prepare(sql).all(...values) as T[];
    } finally {
      database.close();
    }
  });
}

export function withCopy<T>(file: string, use: (copy: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "headwater-remains-"));
  try {
    const copy = join(folder, basename(file));
    for (const end of ["", "-wal"]) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
    return use(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
