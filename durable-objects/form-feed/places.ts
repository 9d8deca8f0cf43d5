// Up to which entry of each ledger every group of listeners has been told. On disk before a frame leaves, so that an object that slept
// goes on without a gap or a repeat.
import type { FeedHead } from "../../src/analytics";

export class Places {
  readonly #groups: number[][];

  constructor(
    readonly storage: DurableObjectStorage,
    groups: number,
  ) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS places (told INTEGER, shard INTEGER, seq INTEGER NOT NULL, PRIMARY KEY (told, shard))");
    this.#groups = Array.from({ length: groups }, () => []);
    for (const { told, seq } of storage.sql.exec<{ told: number; seq: number }>("SELECT told, seq FROM places ORDER BY told, shard"))
      this.#groups[told]?.push(seq);
  }

  of(group: number): readonly number[] {
    return this.#groups[group] ?? [];
  }

  /** Ledgers that have been added: all they have is new. */
  widen(shards: number): void {
    for (const [group, seqs] of this.#groups.entries())
      if (shards > seqs.length) this.move(group, [...seqs, ...Array<number>(shards - seqs.length).fill(0)]);
  }

  move(group: number, seqs: readonly number[]): void {
    const before = this.of(group);
    this.#groups[group] = [...seqs];
    this.storage.transactionSync(() => {
      for (const [shard, seq] of seqs.entries()) {
        if (before[shard] !== seq)
          this.storage.sql.exec("INSERT INTO places VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq", group, shard, seq);
      }
    });
  }
}

/** `seq` is how many entries they have together; `position` is where to resume. */
export function headOf(seqs: readonly number[]): FeedHead {
  return { seq: seqs.reduce((sum, seq) => sum + seq, 0), position: seqs.map((seq, shard) => `${shard}:${seq}`).join(",") };
}
