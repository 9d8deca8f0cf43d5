// From a history to a model as it is kept.
import type { WorkspaceContext } from "../../shared/context";
import { addDays } from "../time-zones";
import { ALL_CANDIDATES } from "./candidates";
import { type History, historyOfForm, historyOfWorkspace } from "./history";
import { LEAST_DAYS, train, WINDOW_DAYS } from "./train";
import type { NewModel } from "./versions";

/** A subject is a form's id, or the workspace's own for all of its forms. */
export function historyOf(ctx: WorkspaceContext, subject: string): Promise<History> {
  return subject === ctx.workspaceId ? historyOfWorkspace(ctx) : historyOfForm(ctx, subject);
}

/** Whether there is anything at all to tell from: somebody came within what a forecast looks back on. */
export function isEnough({ values, todaySoFar }: History): boolean {
  return todaySoFar > 0 || values.slice(-WINDOW_DAYS).some((count) => count > 0);
}

/** A form that is new today has no day that is over; today is all there is to say. */
export function pastOf({ values, todaySoFar }: History): number[] {
  return values.length > 0 ? values : [todaySoFar];
}

export function learn(history: History, now: number): NewModel {
  const past = pastOf(history);
  const model = train(past, ALL_CANDIDATES);
  const toDate = history.values.length > 0 ? addDays(history.today, -1) : history.today;
  return { ...model, timezone: history.timezone, fromDate: addDays(toDate, 1 - model.days), toDate, trainedAt: now };
}

const STALE_DAYS = 14;

/** The weekly training comes to every active form; whoever was not among them, or has grown up since, is trained when asked. */
export function isOutdated(model: NewModel, history: History): boolean {
  if (model.timezone !== history.timezone) return true;
  if (model.kind === "average") return model.toDate < addDays(history.today, -1) && history.values.length !== model.days;
  return model.toDate < addDays(history.today, -STALE_DAYS) && history.values.length >= LEAST_DAYS;
}
