// Adds up what isolates have counted, and keeps it over restarts. What a scrape has been shown is always on disk, so that no
// counter ever goes back (Prometheus would take that for a restart and count everything again); what nobody has seen yet is
// written every ten seconds.
import { DurableObject } from "cloudflare:workers";
import type { MetricDelta } from "../../src/shared/metrics";
import { type MetricTotal, Totals } from "./totals";

const WRITE_EVERY_MS = 10_000;

export class MetricsHub extends DurableObject<Env> {
  readonly #totals: Totals;
  #alarmSet = false;

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
