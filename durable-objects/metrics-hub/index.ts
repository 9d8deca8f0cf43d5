// Adds up what isolates have counted, and keeps it over restarts. What a scrape has been shown is always on disk, so that no
// counter ever goes back (Prometheus would take that for a restart and count everything again); what nobody has seen yet is
// written every ten seconds.
import { DurableObject } from "cloudflare:workers";
import type { MetricDelta } from "../../src/shared/metrics";
import { type MetricTotal, Totals } from "./totals";

const WRITE_EVERY_MS = 10_000;

export interface LedgerTroubles {
  ledgers: number;
  entries: number;
}

export class MetricsHub extends DurableObject<Env> {
  readonly #totals: Totals;
  #alarmSet = false;
  // Memory alone: whoever is in trouble says so again at each try.
  readonly #troubles = new Map<string, { entries: number; until: number }>();

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS metrics (name TEXT PRIMARY KEY, total TEXT NOT NULL) WITHOUT ROWID");
    const rows = sql.exec<{ total: string }>("SELECT total FROM metrics").toArray();
    this.#totals = new Totals(rows.map(({ total }) => JSON.parse(total) as MetricTotal));
  }

  async add(deltas: MetricDelta[]): Promise<void> {
    const now = Date.now();
    this.#totals.add(deltas, now);
    if (this.#alarmSet) return;
    this.#alarmSet = true;
    await this.ctx.storage.setAlarm(now + WRITE_EVERY_MS);
  }

  read(): MetricDelta[] {
    this.#write();
    return this.#totals.all(Date.now());
  }

  /** A ledger says that it cannot settle, or that it can again. */
  ledgerTrouble(name: string, trouble: { entries: number; until: number } | null): void {
    if (trouble === null) this.#troubles.delete(name);
    else this.#troubles.set(name, trouble);
  }

  ledgerTroubles(): LedgerTroubles {
    const now = Date.now();
    for (const [name, { until }] of this.#troubles) if (until < now) this.#troubles.delete(name);
    const troubles = [...this.#troubles.values()];
    return { ledgers: troubles.length, entries: troubles.reduce((sum, { entries }) => sum + entries, 0) };
  }

  override alarm(): void {
    this.#alarmSet = false;
    this.#write();
  }

  #write(): void {
    for (const total of this.#totals.takeChanged(Date.now())) {
      this.ctx.storage.sql.exec("INSERT OR REPLACE INTO metrics (name, total) VALUES (?, ?)", total.name, JSON.stringify(total));
    }
  }
}
