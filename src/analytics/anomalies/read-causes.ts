// Gathers what the causes of one finding are told from: its own windows, and the same hours of the four weeks before.
import { and, desc, eq, lte } from "drizzle-orm";
import { STOPPED } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { openCountStore, type TimeSpan, tables } from "../../store";
import { eachLedger } from "../ledger-reads";
import { addDays } from "../time-zones";
import { type Cause, likelyCauses } from "./causes";
import type { WatchedForm } from "./hours";

const { forms, formVersions } = tables;
const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;
const WEEKS = 4;
/** Rows of one question; what is rarer than these explains nothing. */
const MAX_ORIGINS = 2_000;

export interface Suspect {
  from: number;
  to: number;
  observed: number;
  expected: number;
}

export async function causesOf(ctx: WorkspaceContext, form: WatchedForm, suspect: Suspect): Promise<Cause[]> {
  const { from, to } = suspect;
  const spans: TimeSpan[] = Array.from({ length: WEEKS + 1 }, (_, week) => [from - week * WEEK_MS, to - week * WEEK_MS]);
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const lastDay = day(Math.max(from, to - 1));
  const store = openCountStore(ctx.env);
  const ledgers = eachLedger(ctx.env, form);
  const days = Math.round((Date.parse(lastDay) - Date.parse(day(from))) / DAY_MS);
  const weekBefore = (week: number) => [addDays(day(from), -7 * week), addDays(lastDay, -7 * week)] as const;
  const [origins, refusals, stopped, standing, published, row] = await Promise.all([
    store.origins(ctx.workspaceId, form.formId, spans, MAX_ORIGINS),
    Promise.all(ledgers.map((ledger) => ledger.refusalsWithin(spans))),
    Promise.all(spans.map((_, week) => store.sums(form.formId, [STOPPED], ...weekBefore(week)))),
    Promise.all(spans.map((_, week) => Promise.all(ledgers.map((ledger) => ledger.journeysBetween(...weekBefore(week)))))),
    lastPublished(ctx, form.formId, to),
    ctx.db
      .select({ status: forms.status, updatedAt: forms.updatedAt })
      .from(forms)
      .where(and(eq(forms.id, form.formId), eq(forms.workspaceId, ctx.workspaceId)))
      .get(),
  ]);
  const parts = new Map<
    string,
    { kind: "referrer" | "country" | "device" | "form_version"; value: string; observed: number; usual: number }
  >();
  for (const { span, version, country, device, referrer, count } of origins) {
    for (const [kind, value] of [
      ["form_version", String(version)],
      ["country", country ?? ""],
      ["device", device ?? ""],
      ["referrer", referrer ?? ""],
    ] as const) {
      const key = `${kind}:${value}`;
      const part = parts.get(key) ?? { kind, value, observed: 0, usual: 0 };
      if (span === 0) part.observed += count;
      else part.usual += count / WEEKS;
      parts.set(key, part);
    }
  }
  const turned = new Map<string, { what: string; observed: number; usual: number }>();
  for (const { span, what, count } of refusals.flat()) add(turned, what, span, count, { what });
  const stops = new Map<string, { page: string; observed: number; usual: number }>();
  stopped.forEach((sums, span) => {
    for (const { value, count } of sums) add(stops, placeName(value), span, count, { page: placeName(value) });
  });
  standing.forEach((shards, span) => {
    for (const [place, count] of shards.flatMap((each) => each.standing))
      add(stops, placeName(place), span, count, { page: placeName(place) });
  });
  const isNew = published !== null && published.publishedAt > from - DAY_MS;
  return likelyCauses({
    observed: suspect.observed,
    expected: suspect.expected,
    parts: [...parts.values()],
    published: isNew
      ? { version: published.version, share: Math.min(1, (to - Math.max(from, published.publishedAt)) / Math.max(1, to - from)) }
      : null,
    refusals: [...turned.values()],
    // Stops are counted by whole days: for less than one they would blame the rest of it.
    stops: to - from >= DAY_MS / 2 || days > 0 ? [...stops.values()] : [],
    closedFor: row?.status === "closed" && row.updatedAt < to ? (to - Math.max(from, row.updatedAt)) / Math.max(1, to - from) : 0,
  });
}

function add<T extends { observed: number; usual: number }>(
  into: Map<string, T>,
  key: string,
  span: number,
  count: number,
  named: Omit<T, "observed" | "usual">,
): void {
  const known = into.get(key) ?? ({ ...named, observed: 0, usual: 0 } as T);
  if (span === 0) known.observed += count;
  else known.usual += count / WEEKS;
  into.set(key, known);
}

/** Without the version: `2:contact` is the page or field `contact`. */
function placeName(place: string): string {
  return place.slice(place.indexOf(":") + 1);
}

async function lastPublished(ctx: WorkspaceContext, formId: string, before: number) {
  const row = await ctx.db
    .select({ version: formVersions.version, publishedAt: formVersions.publishedAt })
    .from(formVersions)
    .where(and(eq(formVersions.formId, formId), eq(formVersions.workspaceId, ctx.workspaceId), lte(formVersions.publishedAt, before)))
    .orderBy(desc(formVersions.version))
    .limit(1)
    .get();
  // The first one is how the form began, not what changed it.
  return row === undefined || row.version === 1 ? null : row;
}
