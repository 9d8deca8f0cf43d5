// What analytics asks a form's ledgers. Each answers from its own memory and disk, right at its head; sums over shards are made here.
import type { FormSettings } from "../forms";
import { type Count, ledgerName, shardCount, type Totals } from "../responses";

export interface LedgerTotals extends Totals {
  /** Complete responses whose time lies in the span that was asked for. */
  today: number;
}

export interface FieldCounts {
  /** For each field asked for: its values and how often each was given; "" is how many answered it at all. */
  fields: Record<string, [value: string, Count][]>;
  position: string;
}

export interface Visits {
  views: number;
  /** Starts that no response had taken up yet. */
  openStarts: number;
}

export interface LedgerReads {
  totalsWithin(from: number, to: number): LedgerTotals | Promise<LedgerTotals>;
  fieldCounts(fields: readonly string[]): FieldCounts | Promise<FieldCounts>;
  /** Complete responses between each bound and the next, and in the whole span. Bounds ascend. */
  countsBetween(bounds: readonly number[], from: number, to: number): SeriesCounts | Promise<SeriesCounts>;
  visitsAt(seq: number): Visits | Promise<Visits>;
}

export interface SeriesCounts {
  counts: number[];
  total: number;
}

export function ledgerReadsOf(env: Pick<Env, "LEDGER">, formId: string, shard: number): LedgerReads {
  // As with LedgerApi: the stub's own type nests deeper than the compiler follows, and the class implements this one.
  return env.LEDGER.getByName(ledgerName(formId, shard)) as unknown as LedgerReads;
}

export function eachLedger(env: Pick<Env, "LEDGER">, form: { formId: string; settings: FormSettings | undefined }): LedgerReads[] {
  return Array.from({ length: shardCount(form.settings) }, (_, shard) => ledgerReadsOf(env, form.formId, shard));
}
