// pure. From what ledgers count to what people read.

export interface Totals {
  complete: number;
  partial: number;
  starts: number;
  views: number;
  durationMs: number;
  timed: number;
  lastSubmittedAt: number | null;
  today: number;
}

export interface Summary {
  totalResponses: number;
  todaySubmissions: number;
  /** Of those who started, how many have completed; 0 when nobody has started. */
  completionRate: number;
  averageResponseSeconds: number | null;
  views: number;
  starts: number;
  partials: number;
  lastSubmittedAt: number | null;
}

export function summarise(ledgers: readonly Totals[]): Summary {
  const sum = (of: (totals: Totals) => number) => ledgers.reduce((total, ledger) => total + of(ledger), 0);
  const complete = sum((t) => t.complete);
  const starts = sum((t) => t.starts);
  const timed = sum((t) => t.timed);
  const times = ledgers.map((t) => t.lastSubmittedAt).filter((at) => at !== null);
  return {
    totalResponses: complete,
    todaySubmissions: sum((t) => t.today),
    completionRate: starts > 0 ? Math.min(1, complete / starts) : 0,
    averageResponseSeconds: timed > 0 ? sum((t) => t.durationMs) / timed / 1_000 : null,
    views: sum((t) => t.views),
    starts,
    partials: sum((t) => t.partial),
    lastSubmittedAt: complete > 0 && times.length > 0 ? Math.max(...times) : null,
  };
}
