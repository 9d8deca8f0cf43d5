// What is asked for, and whether it is met.
import { heldTo, type Line, type Timing } from "./line.ts";

export interface Target {
  what: string;
  plans: readonly string[];
  ms: number;
  /** It holds up to so many answers; null: for any number. */
  upTo: number | null;
}

export const TARGETS: readonly Target[] = [
  { what: "counters and roll-ups", plans: ["live", "rollup"], ms: 10, upTo: null },
  { what: "columns", plans: ["columns"], ms: 100, upTo: 1_000_000 },
  { what: "scan", plans: ["scan"], ms: 150, upTo: 100_000 },
];
export const MAX_HELD_MB = 64;

/** The milliseconds that this was held to, where it takes longer. */
export function misses(plan: string, rows: number, timing: Timing): number | null {
  const target = TARGETS.find(({ plans, upTo }) => plans.includes(plan) && rows <= (upTo ?? rows));
  return target !== undefined && heldTo(timing) > target.ms ? target.ms : null;
}

/** A line for each target, with the question that comes nearest to it or misses it by most. */
export function verdicts(rows: number, lines: readonly Line[], heldMb: number): string[] {
  const verdicts = TARGETS.flatMap(({ what, plans, ms, upTo }) => {
    const timed = lines.flatMap(({ question, plans: took }) =>
      plans.flatMap((plan) => (took[plan] === undefined ? [] : [{ question, ms: heldTo(took[plan]) }])),
    );
    const [worst] = timed.sort((a, b) => b.ms - a.ms);
    if (worst === undefined) return [];
    const held = `${timed.filter((one) => one.ms <= ms).length} of ${timed.length} questions`;
    if (upTo !== null && rows > upTo) return [`  · ${what}: ${worst.ms} ms at most; nothing is asked for at so many answers`];
    return [`  ${worst.ms <= ms ? "✓" : "✗"} ${what} within ${ms} ms: ${held}; the slowest ${worst.ms} ms, "${worst.question}"`];
  });
  return [...verdicts, `  ${heldMb <= MAX_HELD_MB ? "✓" : "✗"} columns within ${MAX_HELD_MB} MB of memory: ${heldMb} MB`];
}
