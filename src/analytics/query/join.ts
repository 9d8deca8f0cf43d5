// A question over two forms whose responses belong together where a key field of each holds the same: every pair of such responses is
// one row. The first form's side is held in memory, the second one's passes by in pages.
import { cached } from "../../cache";
import { fieldFinder, passBarrier, valuesIn } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { type Condition, type FieldRef, openQuestionStore, type QuestionStore } from "../../store";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { Accumulator, countedValues, sinkResponse, tooMuch } from "./accumulator";
import type { Answer } from "./ask";
import { bucketOf } from "./buckets";
import { deadlineAt, QUERY_LIMIT_MS, withinDeadline } from "./deadline";
import { knownFields } from "./fields";
import { hashText, queryText } from "./hash";
import { PageBytes } from "./page-bytes";
import { askedOf, eachPage } from "./pages";
import { type FindField, object, onlyMembers, parseCondition, parseWanted, refuse } from "./parse";
import type { Deadline, PlanName } from "./plan";
import type { Query, QueryField, QueryResult, Value } from "./types";

const ROWS_A_PAGE = 10_000;
const MAX_HELD_ROWS = 200_000;
const MAX_PAIRS = 2_000_000;
const KEPT_SECONDS = 600;
const ALIAS = /^[a-z][a-z0-9_]{0,31}$/;
const RESERVED = new Set(["data", "meta", "form", "value", "status", "submitted_at", "form_version"]);
const ALL: Condition = { op: "and", of: [] };

interface Side {
  as: string;
  form: AnalysedForm;
  key: FieldRef;
  condition: Condition;
  find: FindField;
}

export async function askJoined(ctx: WorkspaceContext, asked: Record<string, unknown>): Promise<Answer & { forms: string[] }> {
  const startedAt = ctx.now();
  const deadline = deadlineAt(() => ctx.now(), startedAt + QUERY_LIMIT_MS);
  onlyMembers(asked, "", ["join", "aggregate", "field", "group_by", "sort", "limit"]);
  const sides = await parseSides(ctx, asked.join);
  const query: Query = { ...parseWanted(asked, finderOf(sides)), condition: ALL };
  const barriers = await Promise.all(sides.map(({ form }) => passBarrier(ctx, form.formId, form.settings)));
  const current = barriers.every((barrier) => barrier.current);
  const described = sides.map(({ as, form, key, condition }) => [as, form.formId, key, condition]);
  const queryHash = await hashText(JSON.stringify([queryText(query), described]));
  const where = await hashText(barriers.map(({ position }) => position).join(";"));
  const found = await cached(
    ctx,
    { key: `query:${ctx.workspaceId}:join:${queryHash}:${where}`, tags: [], ttlSeconds: KEPT_SECONDS, staleSeconds: 0, bypass: !current },
    () => withinDeadline(deadline, () => join(ctx, sides, query, deadline)),
  );
  const about = { cached: found.state.startsWith("HIT"), elapsedMs: ctx.now() - startedAt, queryHash, current };
  return { ...found.value, query, ...about, forms: sides.map(({ form }) => form.formId) };
}

async function parseSides(ctx: WorkspaceContext, given: unknown): Promise<[Side, Side]> {
  if (!Array.isArray(given) || given.length !== 2) {
    throw refuse("join", "invalid_query", 'Join two forms: [{"form": "…", "as": "signup", "key": "data.email"}, {…}].');
  }
  const sides: Side[] = [];
  for (const [i, one] of given.entries()) {
    const path = `join.${i}`;
    const side = object(one, path, 'A side of a join is {"form": "…", "as": "signup", "key": "data.email", "filter"?: {…}}.');
    onlyMembers(side, path, ["form", "as", "key", "filter"]);
    const { form: id, as, key } = side;
    if (typeof id !== "string" || id.length > 64) throw refuse(`${path}.form`, "invalid_query", "Name a form by its id.");
    if (typeof as !== "string" || !ALIAS.test(as) || RESERVED.has(as) || sides.some((other) => other.as === as))
      throw refuse(`${path}.as`, "invalid_query", "Give each side a name of its own, of small letters, digits and _.");
    const form = await loadAnalysedForm(ctx, id);
    const { fields } = await knownFields(ctx, form.formId);
    const find = fieldFinder(fields);
    if (typeof key !== "string") throw refuse(`${path}.key`, "field_needed", 'Say which field the forms share, such as "data.email".');
    const { ref, most } = find(key, `${path}.key`);
    if (most > 1) throw refuse(`${path}.key`, "wrong_field_type", "A key field holds one value.");
    sides.push({ as, form, key: ref, condition: parseCondition(side.filter, fields, `${path}.filter`), find });
  }
  const [left, right] = sides;
  if (left === undefined || right === undefined) throw new Error("Impossible: two sides were read");
  return [left, right];
}

function finderOf(sides: readonly Side[]): FindField {
  return (name, path) => {
    const dot = name.indexOf(".");
    const side = sides.find(({ as }) => as === name.slice(0, Math.max(0, dot)));
    if (side !== undefined) return side.find(name.slice(dot + 1), path);
    const example = sides.map(({ as }) => `${as}.data.<name>`).join(" or ");
    throw refuse(path, "unknown_field", `In a join a field is called ${example}.`);
  };
}

/** What a response, or several alike, contributes: the values of each group that is of its form, and of the field. */
interface JoinRow {
  groups: (Value[] | null)[];
  values: Value[];
  times: number;
}

async function join(
  ctx: WorkspaceContext,
  [left, right]: [Side, Side],
  query: Query,
  deadline: Deadline,
): Promise<QueryResult & { plan: PlanName }> {
  const store = openQuestionStore(ctx.env);
  const accumulator = new Accumulator(query);
  const held = new Map<string, JoinRow[]>();
  let [scanned, rows, pairs] = [0, 0, 0];
  for await (const page of pagesOf(ctx, store, left, query, deadline)) {
    scanned += page.scanned;
    rows += page.rows.length;
    if (rows > MAX_HELD_ROWS) throw tooMuch();
    for (const [key, row] of page.rows) {
      const same = held.get(key);
      if (same === undefined) held.set(key, [row]);
      else same.push(row);
    }
  }
  if (held.size === 0) return { ...accumulator.finish(scanned), plan: "scan" };
  const ofLeft = query.field !== null && isOf(left, query.field);
  for await (const page of pagesOf(ctx, store, right, query, deadline)) {
    scanned += page.scanned;
    for (const [key, row] of page.rows) {
      for (const other of held.get(key) ?? []) {
        pairs += 1;
        if (pairs > MAX_PAIRS) throw tooMuch();
        const { values } = ofLeft ? other : row;
        // To count a field is to count the pairs in which it was answered.
        if (query.aggregate === "count" && query.field !== null && values.length === 0) continue;
        const groups = query.groups.map((_, i) => other.groups[i] ?? row.groups[i] ?? []);
        sinkResponse(accumulator, query, groups, values, other.times * row.times);
      }
    }
  }
  return { ...accumulator.finish(scanned), plan: "scan" };
}

async function* pagesOf(ctx: WorkspaceContext, store: QuestionStore, side: Side, query: Query, deadline: Deadline) {
  const groups = query.groups.map((group) => (isOf(side, group) ? group : null));
  const field = query.field !== null && isOf(side, query.field) ? query.field : null;
  const time: FieldRef = { in: "column", name: "submitted_at", kind: "time" };
  const refs = [
    side.key,
    ...(field === null ? [] : [field.ref]),
    ...groups.flatMap((group) => (group === null ? [] : [group.by === "value" ? group.ref : time])),
  ];
  const asked = askedOf(side.condition, refs, ctx.workspaceId, side.form.formId);
  const pages = eachPage(store, asked, ROWS_A_PAGE, deadline, ({ walk, condition, limitMs }) => store.read(walk, condition, refs, limitMs));
  for await (const taken of pages) {
    const rows: [key: string, row: JoinRow][] = [];
    const alike = rowsOf(taken.text ?? "", refs.length);
    for (const [i, [rawKey, ...raws]] of alike.rows.entries()) {
      const [key] = valuesIn(side.key, rawKey);
      if (key === undefined) continue;
      const values = field === null ? [] : countedValues(query, valuesIn(field.ref, raws.shift()));
      const found = groups.map((group) => {
        if (group === null) return null;
        const raw = raws.shift();
        return group.by === "value" ? valuesIn(group.ref, raw) : [bucketOf(Number(raw), group.by, group.zone)];
      });
      rows.push([String(key), { groups: found, values, times: alike.times[i] ?? 1 }]);
    }
    yield { scanned: taken.scanned, rows };
  }
}

function isOf(side: Side, { name }: Pick<QueryField, "name">): boolean {
  return name.startsWith(`${side.as}.`);
}

/** Of rows that are alike one is parsed. */
function rowsOf(text: string, fields: number): { rows: unknown[][]; times: readonly number[] } {
  const page = new PageBytes(text, fields);
  const alike = new Map<string, number>();
  while (page.nextRow()) {
    const from = page.at;
    let to = from;
    for (let i = 0; i < fields; i++) to = page.skip();
    const row = page.textBetween(from, to);
    alike.set(row, (alike.get(row) ?? 0) + 1);
  }
  return { rows: JSON.parse(`[[${[...alike.keys()].join("],[")}]]`), times: [...alike.values()] };
}
