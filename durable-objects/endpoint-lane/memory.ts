// What a lane must not forget when its object ends: the outcomes that the store has not heard of yet, and how the endpoint does.
// An outcome is on disk before anything else happens with it, so a crash between an answer and the store sends nothing again.
import { HEALTHY, type Health, type LaneMemoryPort, type Result } from "../../src/webhooks";

export class LaneMemory implements LaneMemoryPort {
  readonly #storage: DurableObjectStorage;
  #health: Health;
  #results: Result[];

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS results (delivery_id TEXT NOT NULL, attempt INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY (delivery_id, attempt))",
    );
    this.#health = storage.kv.get<Health>("health") ?? HEALTHY;
    this.#results = storage.sql
      .exec<{ result: string }>("SELECT result FROM results")
      .toArray()
      .map(({ result }) => JSON.parse(result));
  }

  name(): string | null {
    return this.#storage.kv.get<string>("name") ?? null;
  }

  setName(name: string): void {
    if (this.name() === null) this.#storage.kv.put("name", name);
  }

  health(): Health {
    return this.#health;
  }

  setHealth(health: Health): void {
    this.#health = health;
    this.#storage.kv.put("health", health);
  }

  forgetHealth(): void {
    this.setHealth(HEALTHY);
  }

  addResult(result: Result): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", result.id, result.attempt, JSON.stringify(result));
    this.#results.push(result);
  }

  results(): Result[] {
    return [...this.#results];
  }

  dropResults(results: readonly Result[]): void {
    const dropped = new Set(results);
    this.#results = this.#results.filter((result) => !dropped.has(result));
    this.#storage.sql.exec(
      "DELETE FROM results WHERE (delivery_id, attempt) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
      JSON.stringify(results.map(({ id, attempt }) => [id, attempt])),
    );
  }
}
