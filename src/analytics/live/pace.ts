// pure. When a group of listeners is due its next frame: at once when it has been quiet, else half a second after the last one.

export const FRAME_GAP_MS = 500;
/** The groups of a busy feed take turns, each at its own place of a round. Longer than the gap, so that who is behind catches up. */
const ROUND_MS = 520;
const MAX_LATE_MS = 100;
/** Who is far from its place comes nearer by this much a frame. */
const MAX_STRETCH_MS = 125;

export function nextFrameAt(lastAt: number, now: number, index: number, groups: number): number {
  const earliest = lastAt + FRAME_GAP_MS;
  if (earliest <= now) return now;
  if (groups === 1) return earliest;
  const place = (index * ROUND_MS) / groups;
  const late = (((earliest - place) % ROUND_MS) + ROUND_MS) % ROUND_MS;
  return late <= MAX_LATE_MS ? earliest : earliest + Math.min(ROUND_MS - late, MAX_STRETCH_MS);
}
