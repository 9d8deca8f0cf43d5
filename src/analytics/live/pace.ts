// pure. When a group of listeners is due its next frame: at once when it has been quiet, else half a second after the last one.

export const FRAME_GAP_MS = 500;
/** Groups of a busy feed move apart by this much a frame, until their frames are spread evenly over the gap: four frames or so. */
const MAX_STRETCH_MS = 125;

/** `leadAt`: when the first group's last frame was. Group `index` of `groups` keeps its distance to it. */
export function nextFrameAt(lastAt: number, now: number, leadAt: number, index: number, groups: number): number {
  const earliest = lastAt + FRAME_GAP_MS;
  if (earliest <= now) return now;
  const place = leadAt + (index * FRAME_GAP_MS) / groups;
  const behind = (((place - earliest) % FRAME_GAP_MS) + FRAME_GAP_MS) % FRAME_GAP_MS;
  return earliest + (index === 0 ? 0 : Math.min(behind, MAX_STRETCH_MS));
}
