// What the ledgers of a form that has several, and the object that makes one feed of them, say to each other. A ledger only wakes the
// feed; the feed comes and reads, from the place it has written down. So a wake-up that is lost costs time, never an entry.
import type { LedgerTotals } from "../ledger-reads";
import type { ChangeItem } from "./messages";

export interface LedgerNews {
  head: number;
  /** Every change after `after`; null when they are no longer all kept, or `after` lies ahead of everything. */
  items: ChangeItem[] | null;
  /** The oldest place from which all is still kept. */
  floor: number;
  /** For each span that was asked for. */
  totals: LedgerTotals[];
}

export interface LedgerFollowed {
  /** Reads on, and asks to be woken by what comes from now on. */
  follow(after: number, spans: readonly (readonly [from: number, to: number])[], maxBytes: number): LedgerNews | Promise<LedgerNews>;
}

export interface FormFeedApi {
  /** False: nobody listens, so there is no need to be woken again. */
  wake(shard: number): boolean | Promise<boolean>;
}

export const formFeedOf = (env: Pick<Env, "FEEDS">, formId: string) => env.FEEDS.getByName(formId);
