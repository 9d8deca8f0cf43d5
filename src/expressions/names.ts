// pure. What somebody may have meant.

/** The known name that is nearest to what was written, if it is near at all. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.min(3, Math.max(1, name.length >> 1)) + 1;
  const wanted = name.toLowerCase().slice(0, 64);
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const distance = editsBetween(wanted, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

export function quoted(name: string): string {
  return `“${name.length > 60 ? `${name.slice(0, 60)}…` : name}”`;
}

export function didYouMean(name: string, known: Iterable<string>): string {
  const all = [...known];
  const meant = nearest(name, all);
  if (meant !== null) return ` Did you mean ${quoted(meant)}?`;
  return all.length > 0 && all.length <= FEW ? ` There is ${all.map(quoted).join(", ")}.` : "";
}

const FEW = 6;

function editsBetween(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (before[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1);
      now.push(Math.min(swap, (before[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before[b.length] ?? 0;
}
