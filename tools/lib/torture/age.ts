// Time that passes while nobody serves: places that were held lapse, tokens of partial answers run out. Written into the ledgers' own
// files, because nobody waits ten minutes or thirty days for a test.
import { DatabaseSync } from "node:sqlite";
import type { Model, TortureForm } from "./model.ts";
import type { Random } from "./random.ts";
import { ledgerFile } from "./store-files.ts";

const LAPSES = 0.5;
const RUNS_OUT = 0.3;

export function letTimePass(model: Model, stores: string, random: Random): void {
  for (const form of model.forms) {
    for (let shard = 0; shard < form.shards; shard++) {
      const file = ledgerFile(stores, `${form.id}:${shard}`);
      if (file === undefined) continue;
      const ledger = new DatabaseSync(file);
      try {
        if (form.quota !== null) lapse(ledger, form, random);
        runOut(ledger, form, random);
      } finally {
        ledger.close();
      }
    }
  }
}

/** Some of the places we hold, and every one of which we were never told. */
function lapse(ledger: DatabaseSync, form: TortureForm, random: Random): void {
  for (const start of form.starts) if (start.state === "held" && random.next() < LAPSES) start.state = "expired";
  const held = form.starts.filter(({ state }) => state === "held").map(({ token }) => token.slice(0, token.lastIndexOf(".")));
  ledger
    .prepare("UPDATE starts SET held_until = min(held_until, 1) WHERE id NOT IN (SELECT value FROM json_each(?))")
    .run(JSON.stringify(held));
}

/** Not those of which a step is in doubt: it may have to be sent again. */
function runOut(ledger: DatabaseSync, form: TortureForm, random: Random): void {
  const age = ledger.prepare("UPDATE partials SET expires_at = 1 WHERE response_id = ?");
  for (const tracked of form.responses) {
    if (tracked.token === null || tracked.busy || tracked.accepted === null || random.next() >= RUNS_OUT) continue;
    if (age.run(tracked.accepted.id).changes === 0) continue;
    tracked.deadToken = { token: tracked.token, why: "unknown_resume_token" };
    tracked.token = null;
  }
}
