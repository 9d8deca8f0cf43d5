// Next week: the seven days that begin tomorrow.
import { getForm } from "../../forms";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { InvalidError } from "../../shared/errors";
import { loadAnalysedForm } from "../form";
import { addDays } from "../time-zones";
import { ALL_CANDIDATES } from "./candidates";
import { forecastWeek } from "./forecast";
import type { History } from "./history";
import { historyOf, isEnough, isOutdated, learn, pastOf } from "./learn";
import type { DayForecast } from "./train";
import { addVersionAfter, dropOldVersions, latestModel, listModels, type ModelVersion } from "./versions";

export interface NextWeek {
  formId: string | null;
  timezone: string;
  total: DayForecast;
  days: (DayForecast & { date: string })[];
  model: ModelVersion;
}

export async function predictNextWeek(ctx: ServiceContext, formId: string | null): Promise<NextWeek> {
  assertCan(ctx, "read");
  const subject = await subjectOf(ctx, formId);
  const history = await historyOrRefuse(ctx, subject);
  const model = await modelFor(ctx, subject, history);
  const { days, total } = forecastWeek(pastOf(history), model, ALL_CANDIDATES);
  return {
    formId: formId === null ? null : subject,
    timezone: history.timezone,
    total,
    days: days.map((day, h) => ({ ...day, date: addDays(history.today, h + 1) })),
    model,
  };
}

export async function listForecastModels(ctx: ServiceContext, formId: string | null): Promise<ModelVersion[]> {
  assertCan(ctx, "read");
  return listModels(ctx, await subjectOf(ctx, formId));
}

async function subjectOf(ctx: WorkspaceContext, formId: string | null): Promise<string> {
  return formId === null ? ctx.workspaceId : (await loadAnalysedForm(ctx, formId)).formId;
}

async function historyOrRefuse(ctx: WorkspaceContext, subject: string): Promise<History> {
  const isDraft = subject !== ctx.workspaceId && (await getForm(ctx, subject)).version === 0;
  const history = isDraft ? null : await historyOf(ctx, subject);
  if (history !== null && isEnough(history)) return history;
  const message = "Nobody has answered in the last 90 days, so there is nothing to tell from.";
  throw new InvalidError(message, [{ path: "form_id", message, code: "insufficient_data" }], "insufficient_data");
}

async function modelFor(ctx: WorkspaceContext, subject: string, history: History): Promise<ModelVersion> {
  const known = await latestModel(ctx, subject);
  if (known !== null && !isOutdated(known, history)) return known;
  const model = learn(history, ctx.now());
  const seen = known?.version ?? 0;
  await ctx.db.batch([addVersionAfter(ctx, subject, model, seen), dropOldVersions(ctx, subject)]);
  // Two who asked at once have trained the same; the one that was kept is the one to show.
  return (await latestModel(ctx, subject)) ?? { ...model, version: seen + 1 };
}
