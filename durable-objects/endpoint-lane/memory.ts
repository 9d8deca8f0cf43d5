// What a lane must not forget when its object ends: the outcomes that the store has not heard of yet, and how the endpoint does.
// Outcomes go to disk together, a moment after the first of them: a commit for each took half of a lane's speed. Most are in the
// store before that moment is over, and then never touch this disk. A crash within it sends again what was answered in it.
import { HEALTHY, type Health, type LaneMemoryPort, type Result } from "../../src/webhooks";

const KEPT_TOGETHER_MS = 20;

export class LaneMemory implements LaneMemoryPort {
  readonly #storage: DurableObjectStorage;
  #health: Health;
  #results: Result[];
  /** Those of them that are on disk. */
  readonly #saved: Set<Result>;
  #timer: ReturnType<typeof setTimeout> | null = null;

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
    this.#saved = new Set(this.#results);
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
    this.#results.push(result);
    this.#timer ??= setTimeout(() => this.#save(), KEPT_TOGETHER_MS);
  }

  results(): Result[] {
    return [...this.#results];
  }

  dropResults(results: readonly Result[]): void {
    const dropped = new Set(results);
    this.#results = this.#results.filter((result) => !dropped.has(result));
    const onDisk = results.filter((result) => this.#saved.delete(result));
    if (onDisk.length === 0) return;
    this.#storage.sql.exec(
      "DELETE FROM results WHERE (delivery_id, attempt) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
      JSON.stringify(onDisk.map(({ id, attempt }) => [id, attempt])),
    );
  }

  #save(): void {
    this.#timer = null;
    const unsaved = this.#results.filter((result) => !this.#saved.has(result));
    if (unsaved.length === 0) return;
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO results SELECT value ->> 'id', value ->> 'attempt', value FROM json_each(?)",
      JSON.stringify(unsaved),
    );
    for (const result of unsaved) this.#saved.add(result);
  }
}
