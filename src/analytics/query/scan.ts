// The plan that always works: responses read where they lie, in bounded pages by time. One number over all of them the store adds up
// by itself; for everything else it hands over what they hold in the fields asked for, which costs it less than grouping would.
import { openQuestionStore, type QuestionStore } from "../../store";
import { Accumulator, countedOf, partKindOf, type Sink, tooMuch } from "./accumulator";
import { fieldsOf, groupPage } from "./page-groups";
import { askedOf, eachPage, type Page } from "./pages";
import type { Execute, Execution, ScanPlan } from "./plan";
import { shapeOf } from "./shape";
import type { Query } from "./types";

/** A few hundred milliseconds between two looks at the clock. */
const ROWS_A_PAGE = 200_000;
/** Combinations that a page may become when answers with several values are taken apart. */
const TAKEN_APART_A_PAGE = 1_000_000;

export const executeScan: Execute<ScanPlan> = async (execution) => {
  const accumulator = new Accumulator(execution.query);
  const scanned = await scanInto(accumulator, execution);
  return accumulator.finish(scanned);
};

/** Adds up every response that the question asks about; tells how many it looked at. */
export async function scanInto(sink: Sink, { ctx, form, query, deadline }: Execution, most = ROWS_A_PAGE): Promise<number> {
  const store = openQuestionStore(ctx.env);
  const total = isTotal(query);
  const asked = askedOf(query.condition, total ? [] : fieldsOf(query), ctx.workspaceId, form.formId);
  if (shapeOf(query.condition).statuses?.length === 0) return 0;
  const take = total ? takeTotal : takeRead;
  let scanned = 0;
  for await (const page of eachPage(store, asked, rowsAPage(query, most), deadline, (page) => take(query, store, page))) {
    page.addTo(sink);
    scanned += page.scanned;
  }
  return scanned;
}

function rowsAPage(query: Query, most: number): number {
  const fields = [...query.groups.filter((group) => group.by === "value"), ...(query.field === null ? [] : [query.field])];
  const apart = fields.reduce((product, { most }) => product * Math.max(1, most), 1);
  if (apart > TAKEN_APART_A_PAGE) throw tooMuch();
  return Math.max(1, Math.min(most, Math.floor(TAKEN_APART_A_PAGE / apart)));
}

/** A page, ready to be added; null: too long. */
type TakePage = (query: Query, store: QuestionStore, page: Page) => Promise<{ scanned: number; addTo(sink: Sink): unknown } | null>;

/** One number that can be put together from one number for each page. */
function isTotal({ aggregate, field, groups }: Query): boolean {
  if (groups.length > 0) return false;
  const part = partKindOf(aggregate);
  return part === "rows" || (part !== "values" && field !== null && field.ref.kind !== "list" && field.ref.kind !== "object");
}

const takeTotal: TakePage = async (query, store, { walk, condition, limitMs }) => {
  const { field } = query;
  const [part, counted] = [partKindOf(query.aggregate), countedOf(query)];
  if (part === "rows") {
    const { scanned, n } = await store.total(walk, { part, condition }, limitMs);
    return { scanned, addTo: (sink) => sink.addRows([], n) };
  }
  if (part === "values" || counted === "all" || field === null) throw new Error("Impossible: this is no total");
  const { scanned, n, value } = await store.total(walk, { part, condition, field: field.ref, counted }, limitMs);
  if (part === "sum") return { scanned, addTo: (sink) => sink.addSum([], n, Number(value ?? 0)) };
  const extreme = value !== null && field.ref.kind === "boolean" ? value === 1 : value;
  return { scanned, addTo: (sink) => sink.addExtreme([], extreme) };
};

const takeRead: TakePage = async (query, store, { walk, condition, span, limitMs }) => {
  const found = await store.read(walk, condition, fieldsOf(query), limitMs);
  if (found === null) return null;
  const { scanned, text } = found;
  return { scanned, addTo: (sink) => text !== null && groupPage(sink, query, text, span) };
};
