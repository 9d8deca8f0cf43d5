// The plan that always works: responses read where they lie, in bounded pages by time, each page added up by the store itself.
import { openQuestionStore, type QuestionStore, type StoreGroup, type StorePart, type StoreQuestion, type Walk } from "../../store";
import { Accumulator, countedOf, partKindOf, type Sink, tooMuch } from "./accumulator";
import { bucketOfKey, clockSteps, timeGroup } from "./clock";
import type { Execute, Execution, ScanPlan } from "./plan";
import { keyBefore, type Shape, shapeOf } from "./shape";
import type { Group, Query, Value } from "./types";

const ROWS_A_PAGE = 50_000;
/** Rows that a page may become when answers with several values are taken apart. */
const TAKEN_APART_A_PAGE = 1_000_000;

export const executeScan: Execute<ScanPlan> = async (execution) => {
  const accumulator = new Accumulator(execution.query);
  const scanned = await scanInto(accumulator, execution);
  return accumulator.finish(scanned);
};

/** Adds up every response that the question asks about; tells how many it looked at. */
export async function scanInto(sink: Sink, { ctx, form, query, deadline }: Execution, most = ROWS_A_PAGE): Promise<number> {
  const store = openQuestionStore(ctx.env);
  const limit = rowsAPage(query, most);
  const shape = shapeOf(query.condition);
  if (shape.statuses?.length === 0) return 0;
  let walk = walkOf(shape, ctx.workspaceId, form.formId);
  let scanned = 0;
  for (;;) {
    deadline.assertTime();
    const step = await store.step(walk, limit);
    scanned += step.rows;
    if (step.rows === 0) return scanned;
    deadline.assertTime();
    const page: Walk = step.last === null ? walk : { ...walk, upTo: step.last };
    await addPage(sink, query, store, page, step.span, deadline.remainingMs());
    if (step.last === null) return scanned;
    walk = { ...walk, after: step.last };
  }
}

export function walkOf({ statuses, from, to }: Shape, workspaceId: string, formId: string): Walk {
  const [only, ...others] = statuses ?? [];
  return {
    workspaceId,
    formId,
    status: only !== undefined && others.length === 0 ? only : null,
    after: from === null ? null : keyBefore(from),
    upTo: to === null ? null : keyBefore(to),
  };
}

function rowsAPage(query: Query, most: number): number {
  const fields = [...query.groups.filter((group) => group.by === "value"), ...(query.field === null ? [] : [query.field])];
  const apart = fields.reduce((product, { most }) => product * Math.max(1, most), 1);
  if (apart > TAKEN_APART_A_PAGE) throw tooMuch();
  return Math.max(1, Math.min(most, Math.floor(TAKEN_APART_A_PAGE / apart)));
}

async function addPage(
  sink: Sink,
  query: Query,
  store: QuestionStore,
  page: Walk,
  span: readonly [number, number],
  limitMs: number,
): Promise<void> {
  const groups = query.groups.map((group) => storeGroup(group, span));
  const part = partKindOf(query.aggregate);
  const question: StoreQuestion = {
    condition: query.condition,
    groups: groups.map(({ asked }) => asked),
    part,
    field: query.field?.ref ?? null,
    counted: countedOf(query),
  };
  for (const found of await store.ask(page, question, limitMs)) {
    const group = groupOf(found, groups);
    if (group === null) continue;
    const value = found.value !== null && query.field?.ref.kind === "boolean" ? found.value === 1 : found.value;
    if (part === "rows") sink.addRows(group, found.n);
    else if (part === "sum") sink.addSum(group, found.n, Number(found.value ?? 0));
    else if (part === "values") sink.addValue(group, value, found.n);
    else sink.addExtreme(group, value);
  }
}

interface AskedGroup {
  asked: StoreGroup;
  read(raw: string | number): Value;
}

function storeGroup(group: Group, span: readonly [number, number]): AskedGroup {
  if (group.by === "value") {
    const { ref } = group;
    return { asked: { by: "value", field: ref }, read: (raw) => (ref.kind === "boolean" ? raw === 1 : raw) };
  }
  const clock = clockSteps(group.zone, span[0], span[1]);
  return { asked: timeGroup(group.by, clock), read: (raw) => bucketOfKey(Number(raw), group.by, clock) };
}

/** Null when one of the values is missing: then the response is in no group. */
function groupOf(found: StorePart, groups: readonly AskedGroup[]): Value[] | null {
  const values: Value[] = [];
  for (const [i, { read }] of groups.entries()) {
    const raw = found.group[i] ?? null;
    if (raw === null) return null;
    values.push(read(raw));
  }
  return values;
}
