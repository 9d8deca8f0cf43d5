// Every response of a form as it stood at one position, in order of time, page by page, however long that takes and whatever happens
// meanwhile. Rows nobody has touched come from the store as they are; before each page we look what was touched since the last look,
// and those rows take their old place in the order.
import type { WorkspaceContext } from "../shared/context";
import { UnavailableError } from "../shared/errors";
import {
  type Condition,
  hasWords,
  type Marks,
  openSnapshotStore,
  type ResponseRow,
  type RowKey,
  type SnapshotQuery,
  type SnapshotStore,
} from "../store";
import { matchesCondition } from "./matches";

export interface SnapshotInput {
  formId: string;
  marks: Marks;
  condition?: Condition;
  descending: boolean;
  /** The key of the last row that was read; null begins. */
  after: RowKey | null;
  /** At most so many rows a page; without it as many as memory likes. */
  pageRows?: number;
}

export interface SnapshotPage {
  rows: ResponseRow[];
  after: RowKey;
}

const FIRST_PAGE_ROWS = 200;
const MAX_PAGE_ROWS = 2_000;
/** A page is parsed at once, and an isolate has 128 MB. */
const PAGE_CHARS = 2_000_000;
const SAMPLED_ROWS = 40;
const TOUCHED_AT_ONCE = 1_000;
/** How many may have been touched since, and what is said when it is more. */
interface Bound {
  touched: number;
  refuse(): Error;
}

/** Ids in memory. A form of which so many change while it is read is better read again. */
const OF_MEMORY: Bound = {
  touched: 100_000,
  refuse: () => new UnavailableError("Too much of the form is changing at once; try again later."),
};

export function countSnapshot(
  ctx: WorkspaceContext,
  input: Pick<SnapshotInput, "formId" | "marks" | "condition" | "descending">,
): Promise<number> {
  return openSnapshotStore(ctx.env).count(queryOf(ctx, input));
}

export function readSnapshot(ctx: WorkspaceContext, input: SnapshotInput): AsyncGenerator<SnapshotPage> {
  return pagesOf(openSnapshotStore(ctx.env), queryOf(ctx, input), input.after, input.pageRows);
}

export async function* pagesOf(
  store: SnapshotStore,
  query: SnapshotQuery,
  start: RowKey | null,
  pageRows = Number.POSITIVE_INFINITY,
  bound = OF_MEMORY,
): AsyncGenerator<SnapshotPage> {
  const { condition, words, descending } = query;
  const looked = new Map(query.marks);
  const touched = new Map<string, RowKey>();
  let seen = 0;
  let after = start;
  let limit = Math.min(FIRST_PAGE_ROWS, pageRows);
  for (;;) {
    const page = await store.untouched(query, after, limit);
    // After the page, not before: what is touched in between is in both, and counted once; the other way round it would be in neither.
    await look(after);
    const last = page.at(-1);
    const end = page.length < limit || last === undefined ? null : keyOf(last);
    const inPage = new Set(page.map(({ id }) => id));
    const due = [...touched].filter(([id, key]) => !inPage.has(id) && (end === null || isBefore(key, end, descending)));
    const rows = due.length === 0 ? page : merged(page, await old(due.map(([id]) => id)), descending);
    for (const id of [...inPage, ...due.map(([of]) => of)]) touched.delete(id);
    const final = rows.at(-1);
    if (end !== null || final !== undefined) {
      after = end ?? keyOf(final as ResponseRow);
      yield { rows, after };
    }
    if (end === null) return;
    limit = Math.min(pageRows, nextLimit(page, limit));
  }

  /** Finds what was touched since the last look, and where it stood; what stood before `done` has been read already. */
  async function look(done: RowKey | null): Promise<void> {
    for (;;) {
      const found = await store.touched(query, [...looked], TOUCHED_AT_ONCE);
      seen += found.length;
      if (seen > bound.touched) throw bound.refuse();
      for (const { shard, entry } of found) looked.set(shard, Math.max(looked.get(shard) ?? 0, entry));
      const unknown = found.filter(({ id }) => !touched.has(id)).map(({ id }) => id);
      for (const row of await old(unknown)) {
        if (done === null || isBefore(done, keyOf(row), descending)) touched.set(row.id, keyOf(row));
      }
      if (found.length < TOUCHED_AT_ONCE) return;
    }
  }

  async function old(ids: readonly string[]): Promise<ResponseRow[]> {
    const rows: ResponseRow[] = [];
    for (let i = 0; i < ids.length; i += 100) rows.push(...(await store.asTheyStood(query, ids.slice(i, i + 100))));
    return rows.filter(
      (row) => (condition === undefined || matchesCondition(condition, row)) && (words === undefined || hasWords(row.data, words)),
    );
  }
}

/** As many rows as fill a page of memory, by a sample of this one; growing step by step, because the next may be longer. */
function nextLimit(page: readonly ResponseRow[], limit: number): number {
  const step = Math.ceil(page.length / SAMPLED_ROWS);
  let sampled = 0;
  let chars = 0;
  for (let i = 0; i < page.length; i += step) {
    chars += JSON.stringify(page[i]?.data).length + 300;
    sampled += 1;
  }
  return Math.max(10, Math.min(MAX_PAGE_ROWS, limit * 4, Math.floor((PAGE_CHARS * sampled) / Math.max(1, chars))));
}

function queryOf(ctx: WorkspaceContext, input: Pick<SnapshotInput, "formId" | "marks" | "condition" | "descending">): SnapshotQuery {
  const { formId, marks, condition, descending } = input;
  return { workspaceId: ctx.workspaceId, formId, marks, condition, descending };
}

function keyOf(row: ResponseRow): RowKey {
  return [row.submittedAt, row.seq, row.shard];
}

function isBefore(a: RowKey, b: RowKey, descending: boolean): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return descending ? difference > 0 : difference < 0;
  }
  return false;
}

function merged(page: readonly ResponseRow[], more: readonly ResponseRow[], descending: boolean): ResponseRow[] {
  return [...page, ...more].sort((a, b) => (isBefore(keyOf(a), keyOf(b), descending) ? -1 : 1));
}
