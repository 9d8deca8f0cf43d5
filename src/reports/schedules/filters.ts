// pure. A schedule's filters, made into the query language's at the moment of a run.
import { InvalidError } from "../../shared/errors";
import { isWindow, type Span, spanOf, WINDOWS, type WindowName } from "./windows";

export interface RunMoment {
  plannedAt: number;
  previousAt: number | null;
  timezone: string;
}

export interface ResolvedFilters {
  filter: Record<string, unknown> | undefined;
  span: Span | null;
  window: WindowName | null;
}

export function resolveFilters(
  filters: Readonly<Record<string, unknown>> | null | undefined,
  moment: RunMoment,
  path = "filters",
): ResolvedFilters {
  const { window: named, ...rest }: Record<string, unknown> = filters ?? {};
  // `{"submitted_at": "last_week"}` says the same.
  const bare = named === undefined && isWindow(rest.submitted_at) ? rest.submitted_at : named;
  if (bare === rest.submitted_at) delete rest.submitted_at;
  if (bare === undefined) return { filter: Object.keys(rest).length > 0 ? rest : undefined, span: null, window: null };
  if (!isWindow(bare)) {
    const message = `Use one of ${WINDOWS.join(", ")}.`;
    throw new InvalidError("There is no such window.", [{ path: `${path}.window`, message, code: "unknown_window" }]);
  }
  const span = spanOf(bare, moment.plannedAt, moment.timezone, moment.previousAt);
  const within = { submitted_at: { $gte: new Date(span.from).toISOString(), $lt: new Date(span.to).toISOString() } };
  const filter = Object.hasOwn(rest, "submitted_at") ? { $and: [within, rest] } : { ...rest, ...within };
  return { filter, span, window: bare };
}

/** The window before: what the figures are compared with. Of a calendar's window it is the calendar's own, which need not be as long. */
export function spanBefore({ from, to }: Span, window: WindowName, timezone: string): Span {
  if (window === "since_last_run") return { from: from - (to - from), to: from };
  const moment = window === "today" || window.startsWith("this_") ? from - 1 : from;
  return spanOf(window, moment, timezone, null);
}
