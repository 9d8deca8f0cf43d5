// pure. What a live feed says. A frame is one message; what came in between two frames is gathered in its `batch`.
import type { StoredEntry } from "../../responses";
import { type Summary, summarise, type Totals } from "../summarise";

export interface FeedHead {
  /** The number of the newest entry that this message speaks of. Of several ledgers: how many entries they have together. */
  seq: number;
  /** Where to resume: as `after_seq`, or as `Last-Event-ID`. */
  position: string;
}

export interface FeedMetrics extends FeedHead {
  type: "metrics";
  data: MetricsView;
}

export interface FeedResponse extends FeedHead {
  type: "response";
  /** The newest change. */
  data: ResponseChange;
  /** Every change of this frame in order, the newest included; absent when there was only one. */
  batch?: ChangeItem[];
}

export interface ChangeItem extends FeedHead {
  data: ResponseChange;
}

export interface FeedPresence extends FeedHead {
  type: "presence";
  data: { listeners: number };
}

/** What was missed is no longer kept: load the numbers and the list anew. The feed goes on from here. */
export interface FeedResync extends FeedHead {
  type: "resync";
}

export type FeedMessage = FeedMetrics | FeedResponse | FeedPresence | FeedResync;

export interface MetricsView {
  form_id: string;
  total_responses: number;
  today_submissions: number;
  completion_rate: number;
  average_response_time: number | null;
  views: number;
  starts: number;
  partials: number;
  last_submitted_at: string | null;
  as_of: string;
  position: string;
}

export interface ResponseChange {
  id: string;
  form_id: string;
  change: StoredEntry["kind"];
  status: "complete" | "partial" | "deleted";
  form_version: number;
  submitted_at: string;
  changed_at: string;
  /** Null when the change did not touch them, or they were erased since. */
  data: Record<string, unknown> | null;
  /** There is more than a frame carries: read the response itself. */
  answers_left_out?: true;
}

export function metricsView(formId: string, summary: Summary, asOf: number, position: string): MetricsView {
  return {
    form_id: formId,
    total_responses: summary.totalResponses,
    today_submissions: summary.todaySubmissions,
    completion_rate: summary.completionRate,
    average_response_time: summary.averageResponseSeconds,
    views: summary.views,
    starts: summary.starts,
    partials: summary.partials,
    last_submitted_at: summary.lastSubmittedAt === null ? null : iso(summary.lastSubmittedAt),
    as_of: iso(asOf),
    position,
  };
}

export function metricsOfLedger(formId: string, totals: Totals, asOf: number, head: FeedHead): FeedMetrics {
  return { type: "metrics", ...head, data: metricsView(formId, summarise([totals]), asOf, head.position) };
}

const MAX_ANSWER_BYTES = 16_384;
/** What a listener on a slow line can still take twice a second. */
export const MAX_FRAME_BYTES = 262_144;

/** The changes of these entries in order. Answers that were erased since are not shown again; those beyond `maxBytes` are left out. */
export function changesOf(formId: string, shard: number, entries: readonly StoredEntry[], maxBytes: number): ChangeItem[] {
  const erased = new Set(entries.filter(({ kind }) => kind === "erase").map(({ responseId }) => responseId));
  const tooMuch = entries.reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes;
  return entries.map((entry) => {
    const leftOut = entry.data !== null && (tooMuch || entry.bytes > MAX_ANSWER_BYTES);
    const shown = entry.data !== null && !leftOut && !erased.has(entry.responseId);
    return {
      seq: entry.seq,
      position: `${shard}:${entry.seq}`,
      data: {
        id: entry.responseId,
        form_id: formId,
        change: entry.kind,
        status: entry.kind === "delete" || entry.kind === "erase" ? "deleted" : entry.status,
        form_version: entry.formVersion,
        submitted_at: iso(entry.submittedAt),
        changed_at: iso(entry.at),
        data: shown ? JSON.parse(entry.data ?? "null") : null,
        ...(leftOut ? { answers_left_out: true as const } : {}),
      },
    };
  });
}

/** One message for all of them; null for none. */
export function responseFrame(items: readonly ChangeItem[]): FeedResponse | null {
  const newest = items.at(-1);
  if (newest === undefined) return null;
  return { type: "response", ...newest, ...(items.length > 1 ? { batch: [...items] } : {}) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
