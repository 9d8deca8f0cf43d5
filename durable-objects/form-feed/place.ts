// Up to which entry of each ledger everybody who listens has been told. On disk before a frame leaves, so that an object that slept
// goes on without a gap or a repeat.
import type { FeedHead } from "../../src/analytics";

export class Place {
  #seqs: number[];

  constructor(readonly storage: DurableObjectStorage) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS place (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL)");
    this.#seqs = storage.sql
      .exec<{ seq: number }>("SELECT seq FROM place ORDER BY shard")
      .toArray()
      .map(({ seq }) => seq);
  }

  get seqs(): readonly number[] {
    return this.#seqs;
  }

  /** Ledgers that have been added: all they have is new. */
  widen(shards: number): void {
    if (shards > this.#seqs.length) this.move([...this.#seqs, ...Array<number>(shards - this.#seqs.length).fill(0)]);
  }

  move(seqs: readonly number[]): void {
    const before = this.#seqs;
    this.#seqs = [...seqs];
    this.storage.transactionSync(() => {
      for (const [shard, seq] of seqs.entries()) {
        if (before[shard] !== seq)
          this.storage.sql.exec("INSERT INTO place (shard, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq", shard, seq);
      }
    });
  }
}

/** `seq` is how many entries they have together; `position` is where to resume. */
export function headOf(seqs: readonly number[]): FeedHead {
  return { seq: seqs.reduce((sum, seq) => sum + seq, 0), position: seqs.map((seq, shard) => `${shard}:${seq}`).join(",") };
}
