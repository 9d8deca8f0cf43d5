// pure. A judgement in a plain sentence.
import type { ChoiceSide, ComparedField, NumberSide } from "./compare";
import type { Judgement } from "./judge";

export function sentenceOf(
  what: string,
  [a, b]: readonly [string, string],
  { effect, pAdjusted, significant }: Judgement & { pAdjusted: number; significant: boolean },
  alpha: number,
): string {
  const chance = `p = ${shownP(pAdjusted)}`;
  if (effect.value === null) return `${what}: there are too few answers to compare ${a} with ${b}.`;
  const change = changeOf(effect.kind, effect.value);
  if (!significant) {
    return `${what}: ${change} from ${a} to ${b}, which chance alone may well produce (${chance}, above ${alpha}).`;
  }
  return `${what}: ${change} from ${a} to ${b}, more than chance would explain (${chance}).`;
}

function changeOf(kind: Judgement["effect"]["kind"], value: number): string {
  switch (kind) {
    case "share_difference":
      return value === 0 ? "no change" : `${value > 0 ? "up" : "down"} by ${shown(Math.abs(value) * 100)} percentage points`;
    case "rate_ratio":
      return value === 1 ? "no change" : `${value > 1 ? "up" : "down"} by ${shown(Math.abs(value - 1) * 100)} %`;
    case "cramers_v":
      return `a ${value < 0.1 ? "slight" : value < 0.3 ? "moderate" : "strong"} shift between the choices (Cramér's V ${shown(value)})`;
    case "probability_of_superiority":
      return value === 0.5
        ? "no change"
        : `${value > 0.5 ? "higher" : "lower"} (an answer of the second is higher in ${shown(value * 100)} % of pairs)`;
  }
}

/** Which field, and between what it moved. */
export function describeChange({ field, a, b }: Pick<ComparedField, "field" | "a" | "b">): string {
  if (isNumbers(a) && isNumbers(b) && a.mean !== null && b.mean !== null) return `${field} (mean ${shown(a.mean)}, then ${shown(b.mean)})`;
  return field;
}

function isNumbers(side: NumberSide | ChoiceSide): side is NumberSide {
  return "mean" in side;
}

function shown(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
}

function shownP(p: number): string {
  return p < 0.0001 ? "less than 0.0001" : p.toFixed(4);
}
