import type { Cell, Counters, Effect, Guards } from "../../src/responses";

/** Would one more go over? `leaves` is what the same response counted before, when it is only being changed. Pure. */
export function fullQuota(
  counters: Counters,
  guards: Pick<Guards, "quota" | "quotas" | "elsewhere">,
  cells: readonly Cell[],
  placesHeld: number,
  leaves: Effect | null,
): boolean {
  if (guards.quota !== null && leaves === null && counters.total("complete") + guards.elsewhere.complete + placesHeld >= guards.quota)
    return true;
  return guards.quotas.some(({ field, value, limit }, i) => {
    const takes = has(cells, field, value);
    const had = leaves !== null && has(leaves.cells, field, value);
    return takes && !had && counters.of(field, value).count + (guards.elsewhere.values[i] ?? 0) >= limit;
  });
}

function has(cells: readonly Cell[], field: string, value: string): boolean {
  return cells.some(([name, answer]) => name === field && answer === value);
}
