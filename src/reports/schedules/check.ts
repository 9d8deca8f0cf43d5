// What can be wrong with a schedule beyond its shape is said when it is made, not by a run at three in the morning.
import { askForm } from "../../analytics";
import type { WorkspaceContext } from "../../shared/context";
import { InvalidError } from "../../shared/errors";
import { isTimeZone } from "../../shared/wall-clock";
import { planTable } from "../exports/plan";
import type { ExportRequest } from "../exports/request";
import { formatNamed } from "../formats";
import { type RunMoment, resolveFilters } from "./filters";
import { type Frequency, nextRun, type Timing, whyNeverRuns } from "./next-run";
import { ScheduleOptions } from "./schemas";

export interface Planned extends Timing {
  formId: string;
  name: string;
  filters: Record<string, unknown> | null;
  format: string;
  options: Record<string, unknown>;
}

/** When it runs first; throws where it cannot run at all. */
export async function checkSchedule(ctx: WorkspaceContext, planned: Planned): Promise<number | null> {
  if (!isTimeZone(planned.timezone)) {
    throw invalid("timezone", "unknown_timezone", "Use an IANA name such as Europe/Berlin.");
  }
  if (planned.frequency === "cron" && planned.cron === null) throw invalid("cron", "required", "Say when, as a cron expression.");
  const now = ctx.now();
  const never = whyNeverRuns(planned, now);
  if (never !== null) throw invalid(planned.frequency === "cron" ? "cron" : "frequency", "bad_timing", never);
  const moment = { plannedAt: now, previousAt: null, timezone: planned.timezone };
  const request = exportRequestOf(planned, moment);
  await planTable(ctx, request, formatNamed(request.format).choices);
  const { only_if: onlyIf } = ScheduleOptions.parse(planned.options);
  if (onlyIf !== undefined) {
    if (onlyIf.query.group_by !== undefined)
      throw invalid("options.only_if.query.group_by", "not_one_number", "The question has to come to one number.");
    await askForm(ctx, { formId: planned.formId, query: resolvedQuery(onlyIf.query, moment) });
  }
  return nextRun(planned, now);
}

export function exportRequestOf(
  schedule: Pick<Planned, "formId" | "name" | "filters" | "format" | "options" | "timezone">,
  moment: RunMoment,
): ExportRequest {
  const {
    fields,
    calculated_fields,
    sort,
    skip_if_empty: _a,
    only_if: _b,
    subject: _c,
    message: _d,
    attach: _e,
    ...options
  } = ScheduleOptions.parse(schedule.options);
  const { filter } = resolveFilters(schedule.filters, moment);
  return {
    form_id: schedule.formId,
    format: schedule.format as ExportRequest["format"],
    ...(fields === undefined ? {} : { fields }),
    ...(calculated_fields === undefined ? {} : { calculated_fields }),
    ...(sort === undefined ? {} : { sort }),
    ...(filter === undefined ? {} : { filter }),
    options: { ...options, timezone: options.timezone ?? schedule.timezone, title: options.title ?? schedule.name },
  };
}

export function resolvedQuery(query: Record<string, unknown>, moment: RunMoment): Record<string, unknown> {
  const { filter } = query;
  if (filter === null || typeof filter !== "object" || Array.isArray(filter)) return query;
  return { ...query, filter: resolveFilters(filter as Record<string, unknown>, moment, "options.only_if.query.filter").filter ?? {} };
}

export function timingOf(fields: {
  frequency: Frequency;
  at?: string;
  weekday?: number;
  day?: number | "last";
  cron?: string;
  timezone: string;
}): Timing {
  const { frequency, at = "09:00", weekday, day, cron, timezone } = fields;
  return {
    frequency,
    at,
    weekday: frequency === "weekly" ? (weekday ?? 1) : null,
    day: frequency === "monthly" ? (day === "last" ? 0 : (day ?? 1)) : null,
    cron: frequency === "cron" ? (cron ?? null) : null,
    timezone,
  };
}

function invalid(path: string, code: string, message: string): InvalidError {
  return new InvalidError("The schedule cannot run as it is; `errors` says why.", [{ path, code, message }]);
}
