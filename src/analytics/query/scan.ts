// The plan that always works: responses read where they lie, in bounded pages by time. One number over all of them the store adds up
// by itself; for everything else it hands over what they hold in the fields asked for, which costs it less than grouping would.
import { valuesIn } from "../../responses";
import { type FieldRef, openQuestionStore, type QuestionStore } from "../../store";
import { Accumulator, countedOf, countedValues, partKindOf, type Sink, sinkInGroup, sinkResponse, tooMuch } from "./accumulator";
import { bucketReader } from "./clock";
import { askedOf, eachPage, type Page } from "./pages";
import type { Execute, Execution, ScanPlan } from "./plan";
import { shapeOf } from "./shape";
import type { Group, Query, Value } from "./types";

/** A few hundred milliseconds between two looks at the clock. */
const ROWS_A_PAGE = 200_000;
/** Combinations that a page may become when answers with several values are taken apart. */
const TAKEN_APART_A_PAGE = 1_000_000;
const SUBMITTED_AT: FieldRef = { in: "column", name: "submitted_at", kind: "time" };

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

/** The groups', then the field's. To count a field is to count whole responses: the condition has seen to it that they answered it. */
function fieldsOf({ aggregate, field, groups }: Query): FieldRef[] {
  const measured = partKindOf(aggregate) === "rows" ? null : field;
  return [...groups.map((group) => (group.by === "value" ? group.ref : SUBMITTED_AT)), ...(measured === null ? [] : [measured.ref])];
}

function rowsAPage(query: Query, most: number): number {
  const fields = [...query.groups.filter((group) => group.by === "value"), ...(query.field === null ? [] : [query.field])];
  const apart = fields.reduce((product, { most }) => product * Math.max(1, most), 1);
  if (apart > TAKEN_APART_A_PAGE) throw tooMuch();
  return Math.max(1, Math.min(most, Math.floor(TAKEN_APART_A_PAGE / apart)));
}

/** A page, ready to be added; null: too long. */
type TakePage = (query: Query, store: QuestionStore, page: Page) => Promise<{ scanned: number; addTo(sink: Sink): void } | null>;

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
  const fields = fieldsOf(query);
  const found = await store.read(walk, condition, fields, limitMs);
  if (found === null) return null;
  const groups = query.groups.map((group) => groupReader(group, span));
  const measured = fields[groups.length] ?? null;
  const part = partKindOf(query.aggregate);
  const group: Value[] = [];
  const addTo = (sink: Sink) => {
    for (let i = 0; i < found.rows.length; i++) {
      const row = found.rows[i] ?? [];
      const times = found.times?.[i] ?? 1;
      const values = measured === null ? [] : countedValues(query, readValues(measured, row[groups.length]));
      // Most responses are in one group, for which nothing needs to be made.
      let place = 0;
      for (; place < groups.length; place++) {
        const only = groups[place]?.only(row[place]) ?? null;
        if (only === null) break;
        group[place] = only;
      }
      if (place === groups.length) sinkInGroup(sink, part, group, values, times);
      else {
        const each = groups.map(({ read }, at) => read(row[at]));
        sinkResponse(sink, query, each, values, times);
      }
    }
  };
  return { scanned: found.scanned, addTo };
};

interface GroupReader {
  /** Null where it is not plain that there is one value. */
  only(raw: unknown): Value | null;
  read(raw: unknown): readonly Value[];
}

function groupReader(group: Group, span: readonly [number, number]): GroupReader {
  if (group.by === "value") {
    const { ref } = group;
    return { only: (raw) => (isPlain(ref, raw) ? raw : null), read: (raw) => valuesIn(ref, raw) };
  }
  const bucketOf = bucketReader(group.by, group.zone, span);
  return { only: (raw) => bucketOf(Number(raw)), read: (raw) => [bucketOf(Number(raw))] };
}

function readValues(ref: FieldRef, raw: unknown): Value[] {
  return isPlain(ref, raw) ? [raw] : valuesIn(ref, raw);
}

/** One value, whatever the field is. */
function isPlain(ref: FieldRef, raw: unknown): raw is string | number {
  return ref.kind !== "boolean" && (typeof raw === "string" || typeof raw === "number");
}
