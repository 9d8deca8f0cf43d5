// How many complete responses came on each day that is over: what a forecast is learned from. A form's days are those of its own
// time zone (UTC when it names none); a workspace's, whose forms may lie anywhere, are UTC.
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import { getPublishedInAnyState } from "../../forms";
import type { ServiceContext, WorkspaceContext } from "../../shared/context";
import { openCountStore, tables } from "../../store";
import { eachLedger } from "../ledger-reads";
import { addDays, dateAt, startOfDate } from "../time-zones";
import { DEFAULT_ZONE } from "../zone";
import { TRAINING_DAYS } from "./train";

const { forms } = tables;
const FORMS_AT_ONCE = 1_000;
const MAX_FORMS = 20_000;

export interface History {
  timezone: string;
  /** Today there. It is not over, so it is not among the values. */
  today: string;
  /** One for each day up to yesterday; the first is the first on which anybody came, unless that is longer ago than is looked. */
  values: number[];
  /** Came today, so far. */
  todaySoFar: number;
}

export async function historyOfForm(ctx: ServiceContext, formId: string): Promise<History> {
  const { schema } = await getPublishedInAnyState(ctx, formId);
  const timezone = schema.settings?.timezone ?? DEFAULT_ZONE;
  const today = dateAt(ctx.now(), timezone);
  const first = addDays(today, -TRAINING_DAYS);
  const bounds = Array.from({ length: TRAINING_DAYS + 2 }, (_, i) => startOfDate(addDays(first, i), timezone));
  const parts = await Promise.all(
    eachLedger(ctx.env, { formId, settings: schema.settings }).map((ledger) => ledger.countsBetween(bounds, 0, bounds[0] ?? 0)),
  );
  const counts = bounds.slice(1).map((_, i) => parts.reduce((sum, part) => sum + (part.counts[i] ?? 0), 0));
  const before = parts.reduce((sum, { total }) => sum + total, 0);
  const todaySoFar = counts.pop() ?? 0;
  return { timezone, today, values: before > 0 ? counts : sinceFirst(counts), todaySoFar };
}

export async function historyOfWorkspace(ctx: WorkspaceContext): Promise<History> {
  const today = dateAt(ctx.now(), DEFAULT_ZONE);
  const dayBefore = addDays(today, -TRAINING_DAYS - 1);
  const found = new Map<string, number>();
  for await (const ids of formsOf(ctx)) {
    for (const [day, count] of await openCountStore(ctx.env).dailyTotals(ids, dayBefore)) found.set(day, (found.get(day) ?? 0) + count);
  }
  const values = Array.from({ length: TRAINING_DAYS }, (_, i) => found.get(addDays(dayBefore, i + 1)) ?? 0);
  return {
    timezone: DEFAULT_ZONE,
    today,
    values: (found.get(dayBefore) ?? 0) > 0 ? values : sinceFirst(values),
    todaySoFar: found.get(today) ?? 0,
  };
}

async function* formsOf(ctx: WorkspaceContext): AsyncGenerator<string[]> {
  let after = "";
  for (let read = 0; read < MAX_FORMS; read += FORMS_AT_ONCE) {
    const rows = await ctx.db
      .select({ id: forms.id })
      .from(forms)
      .where(and(eq(forms.workspaceId, ctx.workspaceId), gt(forms.id, after), inArray(forms.status, ["published", "closed"])))
      .orderBy(asc(forms.id))
      .limit(FORMS_AT_ONCE);
    if (rows.length > 0) yield rows.map(({ id }) => id);
    if (rows.length < FORMS_AT_ONCE) return;
    after = rows.at(-1)?.id ?? "";
  }
}

function sinceFirst(counts: number[]): number[] {
  const first = counts.findIndex((count) => count > 0);
  return first < 0 ? [] : counts.slice(first);
}
