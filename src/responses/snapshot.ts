// Every response of a form as it stood at one position, in order of time, page by page, however long that takes and whatever happens
// meanwhile. Rows nobody has touched come from the store as they are; before each page we look what was touched since the last look,
// and those rows take their old place in the order.
import type { WorkspaceContext } from "../shared/context";
import { UnavailableError } from "../shared/errors";
import { type Condition, type Marks, openSnapshotStore, type ResponseRow, type RowKey, type SnapshotQuery } from "../store";
import { matchesCondition } from "./matches";

export interface SnapshotInput {
  formId: string;
  marks: Marks;
  condition?: Condition;
  descending: boolean;
  /** The key of the last row that was read; null begins. */
  after: RowKey | null;
  /** Rows in the first page; the following ones are as large as memory likes. */
  firstPage?: number;
}

export interface SnapshotPage {
  rows: ResponseRow[];
  after: RowKey;
}

const FIRST_PAGE_ROWS = 200;
const MAX_PAGE_ROWS = 2_000;
/** A page is parsed at once, and an isolate has 128 MB. */
const PAGE_CHARS = 2_000_000;
const TOUCHED_AT_ONCE = 1_000;
/** Ids in memory. A form of which so many change while it is read is better read again. */
const MAX_TOUCHED = 100_000;

export const keyOf = (row: ResponseRow): RowKey => [row.submittedAt, row.seq, row.shard];

export function countSnapshot(ctx: WorkspaceContext, input: Omit<SnapshotInput, "after" | "firstPage">): Promise<number> {
  return openSnapshotStore(ctx.env).count(queryOf(ctx, input));
}

export async function* readSnapshot(ctx: WorkspaceContext, input: SnapshotInput): AsyncGenerator<SnapshotPage> {
  const store = openSnapshotStore(ctx.env);
  const query = queryOf(ctx, input);
  const looked = new Map(input.marks);
  const touched = new Map<string, RowKey>();
  let { after } = input;
  let limit = input.firstPage ?? FIRST_PAGE_ROWS;
  for (;;) {
    const page = await store.untouched(query, after, limit);
    // After the page, not before: what is touched in between is in both, and counted once; the other way round it would be in neither.
    await look(after);
    const end = page.length < limit ? null : keyOf(page.at(-1) as ResponseRow);
    const inPage = new Set(page.map(({ id }) => id));
    const due = [...touched].filter(([id, key]) => !inPage.has(id) && (end === null || isBefore(key, end, input.descending)));
    const rows = due.length === 0 ? page : merged(page, await old(due.map(([id]) => id)), input.descending);
    for (const [id] of due) touched.delete(id);
    for (const id of inPage) touched.delete(id);
    const last = end ?? (rows.length === 0 ? null : keyOf(rows.at(-1) as ResponseRow));
    if (last !== null) {
      after = last;
      yield { rows, after };
    }
    if (end === null) return;
    const chars = page.reduce((sum, row) => sum + JSON.stringify(row.data).length + 300, 0);
    limit = Math.max(10, Math.min(MAX_PAGE_ROWS, Math.floor((PAGE_CHARS * page.length) / Math.max(1, chars))));
  }

  /** Finds what was touched since the last look, and where it stood; what stood before `done` has been read already. */
  async function look(done: RowKey | null): Promise<void> {
    for (;;) {
      const found = await store.touched(query, [...looked], TOUCHED_AT_ONCE);
      for (const { shard, entry } of found) looked.set(shard, Math.max(looked.get(shard) ?? 0, entry));
      const unknown = found.filter(({ id }) => !touched.has(id)).map(({ id }) => id);
      for (const row of await old(unknown)) {
        if (done === null || isBefore(done, keyOf(row), input.descending)) touched.set(row.id, keyOf(row));
      }
      if (touched.size > MAX_TOUCHED) throw new UnavailableError("Too much of the form is changing at once; try again later.");
      if (found.length < TOUCHED_AT_ONCE) return;
    }
  }

  async function old(ids: readonly string[]): Promise<ResponseRow[]> {
    const rows: ResponseRow[] = [];
    for (let i = 0; i < ids.length; i += 100) rows.push(...(await store.asTheyStood(query, ids.slice(i, i + 100))));
    const { condition } = input;
    return condition === undefined ? rows : rows.filter((row) => matchesCondition(condition, row));
  }
}

function queryOf(
  ctx: WorkspaceContext,
  { formId, marks, condition, descending }: Omit<SnapshotInput, "after" | "firstPage">,
): SnapshotQuery {
  return { workspaceId: ctx.workspaceId, formId, marks, condition, descending };
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
