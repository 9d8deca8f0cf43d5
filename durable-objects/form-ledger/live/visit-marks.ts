// Views and starts are no entries of the chain, so the chain alone cannot tell how many there had been at one of them. Whenever
// they have moved, the next entry notes where they stand: then every number can be read as of any entry.
import type { Visits } from "../../../src/analytics";
import type { Counters } from "../../../src/responses";

export class VisitMarks {
  #last: Visits;

  constructor(readonly sql: SqlStorage) {
    this.#last = this.at(Number.MAX_SAFE_INTEGER);
  }

  /** After memory was read again from disk. */
  reload(): void {
    this.#last = this.at(Number.MAX_SAFE_INTEGER);
  }

  /** Once the entry is counted. */
  note(seq: number, counters: Counters): void {
    const views = counters.total("views");
    // Every response brings its own start; what is over was begun by somebody who has not sent anything.
    const openStarts = counters.total("starts") - counters.total("complete") - counters.total("partial");
    if (views === this.#last.views && openStarts === this.#last.openStarts) return;
    this.sql.exec("INSERT OR REPLACE INTO visit_marks (seq, views, open_starts) VALUES (?, ?, ?)", seq, views, openStarts);
    this.#last = { views, openStarts };
  }

  at(seq: number): Visits {
    const [row] = this.sql
      .exec<{ views: number; open_starts: number }>(
        "SELECT views, open_starts FROM visit_marks WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
        seq,
      )
      .toArray();
    return { views: row?.views ?? 0, openStarts: row?.open_starts ?? 0 };
  }
}
