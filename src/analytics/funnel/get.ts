// From views to complete responses, page by page and field by field. Days are UTC, as the roll-ups keep them.
import { type FormSchema, getForm, getPublishedInAnyState, getVersion } from "../../forms";
import { BY_VERSION, passBarrier, SKIPPED, STOPPED, TOOK } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { openCountStore } from "../../store";
import { type DayRange, dayRange } from "../day-range";
import { fieldsOf, loadAnalysedForm } from "../form";
import { eachLedger } from "../ledger-reads";
import { addDays } from "../time-zones";
import { type Counted, type FieldStep, funnelSteps, medianSeconds, type PageStep } from "./steps";

export interface Funnel extends DayRange {
  formId: string;
  views: number;
  starts: number;
  partials: number;
  completed: number;
  pages: PageStep[];
  fields: FieldStep[];
  /** To complete, of those whose beginning is known. */
  medianSeconds: number | null;
  current: boolean;
}

const MAX_VERSIONS = 50;

export async function getFunnel(ctx: ServiceContext, input: { formId: string; startDate?: string; endDate?: string }): Promise<Funnel> {
  assertCan(ctx, "read");
  const range = dayRange(input, ctx.now());
  const form = await loadAnalysedForm(ctx, input.formId);
  const { formId } = form;
  const { startDate, endDate } = range;
  const { current } = await passBarrier(ctx, formId, form.settings);
  const bounds = [Date.parse(startDate), Date.parse(addDays(endDate, 1))];
  const paths = (await fieldsOf(ctx, formId)).map(({ path }) => path);
  const store = openCountStore(ctx.env);
  const [buckets, journeys, sums, answered] = await Promise.all([
    Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.bucketsBetween(bounds))),
    Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.journeysBetween(startDate, endDate))),
    store.sums(formId, [BY_VERSION, SKIPPED, STOPPED, TOOK], startDate, endDate),
    store.answered(formId, paths, startDate, endDate),
  ]);
  const total = (of: "views" | "starts" | "partial" | "complete") => buckets.reduce((sum, bucket) => sum + (bucket[of][0] ?? 0), 0);
  const sumsOf = (field: string) => sums.filter((each) => each.field === field).map(({ value, count }) => [value, count] as const);
  const times = new Map<string, Map<number, number>>();
  for (const [place, slot, count] of journeys.flatMap((each) => each.times)) {
    const slots = times.get(place) ?? new Map<number, number>();
    times.set(place, slots.set(slot, (slots.get(slot) ?? 0) + count));
  }
  const counted: Counted = {
    versions: new Map(sumsOf(BY_VERSION).map(([version, count]) => [Number(version), count])),
    skipped: new Map(sumsOf(SKIPPED)),
    stopped: new Map(sumsOf(STOPPED)),
    standing: added(journeys.flatMap((each) => each.standing)),
    times,
    answered: new Map(answered),
  };
  const steps = funnelSteps(await schemasOf(ctx, formId, counted), counted);
  return {
    ...range,
    ...steps,
    formId,
    views: total("views"),
    starts: total("starts"),
    partials: total("partial"),
    completed: total("complete"),
    medianSeconds: medianSeconds([new Map(sumsOf(TOOK).map(([slot, count]) => [Number(slot), count]))]),
    current,
  };
}

function added(pairs: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of pairs) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}

/** Of the published version and of those that anything was counted of. */
async function schemasOf(ctx: WorkspaceContext, formId: string, counted: Counted): Promise<Map<number, FormSchema>> {
  const form = await getForm(ctx, formId);
  if (form.version === 0) return new Map([[0, form.schema]]);
  const published = await getPublishedInAnyState(ctx, formId);
  const places = [...counted.stopped.keys(), ...counted.standing.keys()].map((place) => Number(place.split(":")[0]));
  const wanted = new Set([...counted.versions.keys(), ...places].filter((n) => n > 0 && n !== published.version));
  const newest = [...wanted].sort((a, b) => b - a).slice(0, MAX_VERSIONS);
  const older = await Promise.all(newest.map(async (n) => [n, (await getVersion(ctx, formId, n)).schema] as const));
  return new Map([...older, [published.version, published.schema]]);
}
