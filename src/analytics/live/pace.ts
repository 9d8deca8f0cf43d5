// pure. When a group of listeners is due its next frame: at once when it has been quiet, else at its place in the round, and never
// more than two a second.

export const FRAME_GAP_MS = 500;
/** The groups of a busy feed take turns, each at its own place of a round. Longer than the gap, so that who is behind catches up. */
const ROUND_MS = 520;
/** Who is further behind its place than this waits for the next round. */
const MAX_LATE_MS = 100;

/** When the last frame was due, and the one before. */
export interface Told {
  lastAt: number;
  beforeAt: number;
}

export function nextFrameAt({ lastAt, beforeAt }: Told, now: number, index: number, groups: number): number {
  const earliest = Math.max(lastAt + FRAME_GAP_MS, beforeAt + 2 * FRAME_GAP_MS);
  if (earliest <= now) return now;
  if (groups === 1) return earliest;
  const place = (index * ROUND_MS) / groups;
  // After a rest all groups are told at once. Then half of them spend their second frame at their place before the gap is over, so
  // that the first half second of a rush is not the one that nobody sees.
  const rested = beforeAt + 2 * FRAME_GAP_MS <= lastAt;
  if (rested && index % 2 === 0) return now + mod(place - now);
  const late = mod(earliest - place);
  return late <= MAX_LATE_MS ? earliest : earliest + ROUND_MS - late;
}

function mod(ms: number): number {
  return ((ms % ROUND_MS) + ROUND_MS) % ROUND_MS;
}
