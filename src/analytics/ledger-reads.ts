// What analytics asks a form's ledgers. Each answers from its own memory and disk, right at its head; sums over shards are made here.
import type { FormSettings } from "../forms";
import { type Count, ledgerStub, shardCount, type Totals } from "../responses";

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
  /** Everything that quarter-hours count, between each bound and the next. */
  bucketsBetween(bounds: readonly number[]): BucketCounts | Promise<BucketCounts>;
  /** Of visits that began on these UTC days, the last included. */
  journeysBetween(firstDay: string, lastDay: string): JourneyCounts | Promise<JourneyCounts>;
  /** What was turned away within each span, by the quarter-hour. */
  refusalsWithin(spans: readonly (readonly [number, number])[]): RefusalCount[] | Promise<RefusalCount[]>;
}

export interface BucketCounts {
  complete: number[];
  partial: number[];
  starts: number[];
  views: number[];
}

export interface JourneyCounts {
  /** Where those stand who have begun and not sent anything: `<version>:<page>`. */
  standing: [place: string, count: number][];
  /** How long a page took those who went on from it, by the slots of `timeSlot`. */
  times: [place: string, slot: number, count: number][];
}

export interface RefusalCount {
  span: number;
  /** `invalid:<field>`, or a reason such as `quota_reached`. */
  what: string;
  count: number;
}

export interface SeriesCounts {
  counts: number[];
  total: number;
}

export function ledgerReadsOf(env: Pick<Env, "LEDGER">, formId: string, shard: number): LedgerReads {
  return ledgerStub(env, formId, shard) as unknown as LedgerReads;
}

export function eachLedger(env: Pick<Env, "LEDGER">, form: { formId: string; settings: FormSettings | undefined }): LedgerReads[] {
  return Array.from({ length: shardCount(form.settings) }, (_, shard) => ledgerReadsOf(env, form.formId, shard));
}
