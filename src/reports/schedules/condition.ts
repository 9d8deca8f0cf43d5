// pure. Whether a run's condition holds.
import type { OnlyIf } from "./schemas";

export function conditionHolds(is: OnlyIf["is"], answer: number | string | boolean | null): boolean {
  // An average of nothing is no number, and is neither above nor below anything.
  if (typeof answer !== "number") return false;
  return (
    (is.$gt === undefined || answer > is.$gt) &&
    (is.$gte === undefined || answer >= is.$gte) &&
    (is.$lt === undefined || answer < is.$lt) &&
    (is.$lte === undefined || answer <= is.$lte) &&
    (is.$eq === undefined || answer === is.$eq) &&
    (is.$ne === undefined || answer !== is.$ne)
  );
}
