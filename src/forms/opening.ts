// pure. Whether a form's own dates let anybody in at this time.
import type { FormSettings } from "./definition";

export function whyNotOpen(settings: FormSettings | undefined, now: number): "not_open" | "closed" | null {
  const opens = Date.parse(settings?.opens_at ?? "");
  const closes = Date.parse(settings?.closes_at ?? "");
  // A date that cannot be read is NaN, and nothing is before or after that.
  if (now < opens) return "not_open";
  return now >= closes ? "closed" : null;
}
