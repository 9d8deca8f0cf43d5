// The few figures that a mail shows before anybody opens the file: how many, against the window before, and how they came in.
import { askForm } from "../../analytics";
import type { WorkspaceContext } from "../../shared/context";
import { dateText, offsetAt } from "../../shared/wall-clock";
import { type ResolvedFilters, type RunMoment, spanBefore } from "./filters";
import type { Span } from "./windows";

const MAX_DAYS = 62;
const DAY_MS = 86_400_000;

export interface Figures {
  count: number;
  /** In the window before; null where there is no window. */
  before: number | null;
  /** A day each, in order; empty where a picture of them would say nothing. */
  days: { date: string; count: number }[];
}

export async function countMatching(ctx: WorkspaceContext, formId: string, filter: Record<string, unknown> | undefined): Promise<number> {
  const { rows } = await askForm(ctx, { formId, query: { aggregate: "count", ...(filter === undefined ? {} : { filter }) } });
  return Number(rows[0]?.value ?? 0);
}

export async function figuresOf(
  ctx: WorkspaceContext,
  formId: string,
  resolved: ResolvedFilters,
  own: Record<string, unknown> | null,
  moment: RunMoment,
): Promise<Figures> {
  const { filter, span, window } = resolved;
  const [count, before, days] = await Promise.all([
    countMatching(ctx, formId, filter),
    span === null || window === null ? null : countMatching(ctx, formId, within(own, spanBefore(span, window, moment.timezone))),
    daysOf(ctx, formId, filter, span ?? { from: moment.plannedAt - 30 * DAY_MS, to: moment.plannedAt }, moment.timezone),
  ]);
  return { count, before, days };
}

function within(own: Record<string, unknown> | null, { from, to }: Span): Record<string, unknown> {
  const { window: _, ...rest } = own ?? {};
  const bounds = { submitted_at: { $gte: new Date(from).toISOString(), $lt: new Date(to).toISOString() } };
  return Object.hasOwn(rest, "submitted_at") && typeof rest.submitted_at !== "string" ? { $and: [bounds, rest] } : { ...rest, ...bounds };
}

async function daysOf(ctx: WorkspaceContext, formId: string, filter: Record<string, unknown> | undefined, span: Span, timezone: string) {
  const first = dayOf(span.from, timezone);
  const last = dayOf(span.to - 1, timezone);
  if (last - first + 1 > MAX_DAYS || last <= first) return [];
  const bounds = { submitted_at: { $gte: new Date(span.from).toISOString(), $lt: new Date(span.to).toISOString() } };
  const { rows } = await askForm(ctx, {
    formId,
    query: {
      aggregate: "count",
      group_by: { field: "submitted_at", by: "day", timezone },
      filter: filter === undefined ? bounds : { $and: [filter, bounds] },
      limit: 1_000,
    },
  });
  const counts = new Map(rows.map(({ group, value }) => [String(group[0]), Number(value ?? 0)]));
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const date = dateText((first + at) * DAY_MS) ?? "";
    return { date, count: counts.get(date) ?? 0 };
  });
}

function dayOf(instant: number, timezone: string): number {
  return Math.floor((instant + offsetAt(instant, timezone)) / DAY_MS);
}
