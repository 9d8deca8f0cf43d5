// pure. Who asks twenty questions finds one in twenty by chance: p-values as they stand after so many were asked.

export const CORRECTIONS = ["holm", "benjamini_hochberg", "none"] as const;
export type Correction = (typeof CORRECTIONS)[number];

export function correct(ps: readonly number[], correction: Correction): number[] {
  const order = ps.map((p, i) => [p, i] as const).sort(([a], [b]) => a - b);
  const corrected = [...ps];
  if (correction === "none") return corrected;
  const m = ps.length;
  if (correction === "holm") {
    let least = 0;
    for (const [rank, [p, i]] of order.entries()) {
      least = Math.max(least, Math.min(1, p * (m - rank)));
      corrected[i] = least;
    }
    return corrected;
  }
  let most = 1;
  for (const [rank, [p, i]] of [...order.entries()].reverse()) {
    most = Math.min(most, (p * m) / (rank + 1));
    corrected[i] = most;
  }
  return corrected;
}
