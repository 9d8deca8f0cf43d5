// What each hour of yesterday, today and tomorrow should bring a form: learned each night, kept in its row of the watch.
import { z } from "zod";
import type { WorkspaceContext } from "../../shared/context";
import { addDays, startOfDate } from "../time-zones";
import { judgeWindows } from "./baseline";
import { hoursOf, type WatchedForm, windowsOf } from "./hours";

const LEARNED_DAYS = 63;
const AHEAD_DAYS = 2;

const Kept = z.object({ firstDate: z.string(), hours: z.array(z.number()), spread: z.number() });
export type HourBaseline = z.infer<typeof Kept>;

export async function learnHours(ctx: WorkspaceContext, form: WatchedForm, today: string): Promise<HourBaseline | null> {
  const past = await hoursOf(ctx, form, addDays(today, -LEARNED_DAYS), addDays(today, -1));
  const first = past.complete.findIndex((count) => count > 0);
  const skipped = first < 0 ? past.complete.length : Math.floor(first / 24) * 24;
  const known = {
    ...past,
    complete: past.complete.slice(skipped),
    starts: past.starts.slice(skipped),
    firstDate: addDays(past.firstDate, skipped / 24),
  };
  const { windows } = windowsOf(known, 1, startOfDate(today, form.zone));
  const { judged, next, spread } = judgeWindows({ ...windows, complete: known.complete, starts: known.starts });
  if (judged.length === 0 || judged.at(-1)?.expected === null) return null;
  const yesterday = judged.slice(-24).map(({ expected }) => expected ?? 0);
  return { firstDate: addDays(today, -1), hours: [...yesterday, ...next.slice(0, AHEAD_DAYS * 24)], spread };
}

export function readBaseline(kept: string | null): HourBaseline | null {
  if (kept === null) return null;
  const parsed = Kept.safeParse(JSON.parse(kept));
  return parsed.success ? parsed.data : null;
}
