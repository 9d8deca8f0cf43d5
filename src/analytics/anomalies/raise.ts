// From what was found to an alert: one for as long as it lasts, a form, a detector, and whether it is of now or of a day that is over.
import { alertPort } from "../../alerts";
import type { WorkspaceContext } from "../../shared/context";
import type { ActiveDetector } from "./detectors";
import type { WatchedForm } from "./hours";
import { explain, type Unexplained } from "./list";

export type When = "now" | "day";

export async function report(
  ctx: WorkspaceContext,
  form: WatchedForm,
  detector: ActiveDetector,
  found: readonly Unexplained[],
  when: When,
): Promise<void> {
  for (const anomaly of await explain(ctx, form, found)) {
    const { kind, date, observed, expected, lower, upper, direction, severity, causes } = anomaly;
    await alertPort(ctx).raise({
      source: "anomaly",
      key: keyOf(form, detector, when),
      formId: form.formId,
      severity,
      title: titleOf(anomaly, detector.name),
      details: { kind, date, observed, expected, lower, upper, direction, likely_causes: causes, detector_id: detector.id },
    });
  }
}

function titleOf({ kind, observed, expected, from, to }: Unexplained | Omit<Unexplained, "suspect">, name: string | null): string {
  const percent = Math.round(100 * Math.abs(observed / Math.max(expected, 1e-9) - 1));
  const lead = name === null ? "" : `${name}: `;
  switch (kind) {
    case "silence":
      return `${lead}No response for ${Math.max(1, Math.round((to - from) / 3_600_000))} h where ${Math.round(expected)} were expected`;
    case "completion_rate":
      return `${lead}${Math.round(100 * observed)} % of those who start complete; ${Math.round(100 * expected)} % usually do`;
    case "level_shift":
      return `${lead}Responses have been ${percent} % ${observed < expected ? "below" : "above"} their level for days`;
    case "drop":
      return `${lead}Responses fell ${percent} % below what was expected`;
    case "spike":
      return `${lead}${Math.round(observed)} responses where ${Math.round(expected)} were expected`;
  }
}

/** It is no longer so. */
export async function endAlert(ctx: WorkspaceContext, form: WatchedForm, detector: ActiveDetector, when: When): Promise<void> {
  await alertPort(ctx).over(keyOf(form, detector, when));
}

function keyOf({ formId }: WatchedForm, { id, kind }: ActiveDetector, when: When): string {
  return `anomaly:${formId}:${id ?? kind}:${when}`;
}
