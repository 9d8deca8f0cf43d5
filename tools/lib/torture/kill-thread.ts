import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import postgres from "postgres";
import type { KillOrder } from "./kill.ts";

const SETTLE_WITHIN_MS = 5_000;
const MARKS = "SELECT coalesce(sum(seq), 0) AS settled FROM ledger_marks";

const { group, afterMs, afterSettle } = workerData as KillOrder;

await new Promise((done) => setTimeout(done, afterMs));
if (afterSettle === null) die();
else if (afterSettle.store.kind === "sqlite") killAfterSettle(afterSettle.store.file, afterSettle.ms);
else await killAfterSettleElsewhere(afterSettle.store.url, afterSettle.ms);

// The connection cannot write, so that closing it leaves the files as the server left them.
function killAfterSettle(file: string, delayMs: number): void {
  const database = new DatabaseSync(file, { readOnly: true });
  const marks = database.prepare(MARKS);
  const before = marks.get()?.settled;
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  while (marks.get()?.settled === before && performance.now() < deadline);
  aim(delayMs);
  die();
  database.close();
}

async function killAfterSettleElsewhere(url: string, delayMs: number): Promise<void> {
  const sql = postgres(url, { max: 1, fetch_types: false, connect_timeout: 2 });
  // The database may be down just now.
  const settled = async () => {
    try {
      return String((await sql.unsafe(MARKS))[0]?.settled);
    } catch {
      await new Promise((done) => setTimeout(done, 20));
      return before;
    }
  };
  let before: string | undefined;
  before = await settled();
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  while ((await settled()) === before && performance.now() < deadline);
  aim(delayMs);
  die();
  await sql.end({ timeout: 1 });
}

/** Finer than a timer can be. */
function aim(delayMs: number): void {
  const at = performance.now() + delayMs;
  while (performance.now() < at);
}

function die(): void {
  process.kill(-group, "SIGKILL");
}
