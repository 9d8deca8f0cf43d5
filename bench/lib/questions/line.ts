// What was measured of one question.
export interface Timing {
  coldMs: number;
  warmMs: number;
  /** Of the server's processor for one question, warm. A busy host does not stretch it, so it is what the targets are held against there. */
  cpuMs: number;
  rowsRead: number | null;
}

export interface Line {
  question: string;
  /** What Headwater chooses by itself, over its API. */
  asked: { plan: string; ms: number };
  plans: Record<string, Timing>;
  /** By plan: what was answered instead, such as that there are too many different values. */
  refused: Record<string, string>;
  complaints: string[];
}

/** A host that others keep busy makes everything wait; then the processor's time is what can be compared. */
export function heldTo({ warmMs, cpuMs }: Timing): number {
  return Math.min(warmMs, cpuMs);
}

export function round(value: number, unit = 1): number {
  return Number((value / unit).toFixed(1));
}
