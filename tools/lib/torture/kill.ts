// When the server dies. A thread of its own does it, so that a busy event loop does not decide the moment.
import { Worker } from "node:worker_threads";
import type { Random } from "./random.ts";
import type { Watched } from "./store.ts";

/** By then the ledger has long heard of it, even on a busy host. */
const LONGEST_AIM_MS = 3;

export interface KillOrder {
  group: number;
  afterMs: number;
  /** Then it waits until the store has committed a settle, and so long after that. Null: at once. */
  afterSettle: { ms: number; store: Watched } | null;
}

/** Half of the kills come at any moment, half aim between a commit of the store and what the ledger does next, where that can be seen. */
export function chooseKill(
  random: Random,
  group: number,
  store: Watched | null,
  [shortest, longest]: readonly [number, number],
): KillOrder {
  const afterMs = random.between(shortest, longest);
  const ms = random.next() < 0.5 ? null : random.between(0, LONGEST_AIM_MS);
  return { group, afterMs, afterSettle: ms === null || store === null ? null : { ms, store } };
}

/** Resolves once the signal has been sent. */
export function kill(order: KillOrder): Promise<void> {
  const worker = new Worker(new URL("./kill-thread.ts", import.meta.url), { workerData: order });
  return new Promise((done, fail) => {
    worker.once("error", fail);
    worker.once("exit", () => done());
  });
}
