// Responses added up by day and by where they came from, for forecasts, funnels and the causes of an anomaly. Days are UTC, as the
// roll-ups keep them.

export interface CountedValue {
  field: string;
  value: string;
  count: number;
}

/** Half-open, in milliseconds. */
export type TimeSpan = readonly [from: number, to: number];

export interface Origin {
  /** Which of the spans that were asked for. */
  span: number;
  version: number;
  country: string | null;
  device: string | null;
  referrer: string | null;
  count: number;
}

export interface CountStore {
  /** Complete responses of all these forms by day; all days up to `firstDay` are counted together, under its name. */
  dailyTotals(formIds: readonly string[], firstDay: string): Promise<[day: string, count: number][]>;
  /** Roll-ups of these fields over the days from the first to the last, both included. */
  sums(formId: string, fields: readonly string[], firstDay: string, lastDay: string): Promise<CountedValue[]>;
  /** How many complete responses of these days answered each of these fields at all. */
  answered(formId: string, fields: readonly string[], firstDay: string, lastDay: string): Promise<[field: string, count: number][]>;
  /** Where the complete responses of each span came from; `limit` bounds the rows, the most frequent first. */
  origins(workspaceId: string, formId: string, spans: readonly TimeSpan[], limit: number): Promise<Origin[]>;
}
