// pure. "+12 %": how a number compares with the period before.
import { shareText } from "../../charts";
import type { Figure } from "./model";
import type { Writing } from "./writing";

/** Below this many per cent, and tenths of a point, it is noise to the eye. */
const EQUAL_SHARE = 0.005;

/** Empty when there is nothing to compare with. More is taken to be better, unless `good` says otherwise. */
export function changeOf(
  now: number | null,
  before: number | null,
  as: "percent" | "points" | "number",
  { locale }: Writing,
  good: "more" | "less" | "unknown" = as === "percent" ? "unknown" : "more",
): Pick<Figure, "change"> {
  if (now === null || before === null) return {};
  if (as === "percent" && before === 0) return {};
  const difference = as === "percent" ? (now - before) / Math.abs(before) : now - before;
  const least = as === "percent" ? EQUAL_SHARE : as === "points" ? 0.5 : 0.05;
  if (Math.abs(difference) < least) return { change: { text: "±0", good: null } };
  const size = Math.abs(difference);
  const text =
    as === "percent"
      ? shareText(size, locale)
      : new Intl.NumberFormat(locale, { maximumFractionDigits: as === "points" ? 0 : 1 }).format(size);
  const isGood = good === "unknown" ? null : difference > 0 === (good === "more");
  return { change: { text: `${difference > 0 ? "+" : "−"}${text}`, good: isGood } };
}
