import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { KillOrder } from "./kill.ts";

const SETTLE_WITHIN_MS = 5_000;

const { group, afterMs, afterSettleMs, store } = workerData as KillOrder;

await new Promise((done) => setTimeout(done, afterMs));
if (afterSettleMs === null) process.kill(-group, "SIGKILL");
else killAfterSettle(afterSettleMs);

// The connection cannot write, so that closing it leaves the files as the server left them.
function killAfterSettle(delayMs: number): void {
  const database = new DatabaseSync(store, { readOnly: true });
  const marks = database.prepare("SELECT coalesce(sum(seq), 0) AS settled FROM ledger_marks");
  const before = marks.get()?.settled;
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  while (marks.get()?.settled === before && performance.now() < deadline);
  // Finer than a timer can be.
  const at = performance.now() + delayMs;
  while (performance.now() < at);
  process.kill(-group, "SIGKILL");
  database.close();
}
