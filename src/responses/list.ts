import { assertCan, type ServiceContext } from "../shared/context";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { type ListQuery, openPrimaryStore, type ResponseRow } from "../store";
import { passBarrier } from "./barrier";
import { parseFilter } from "./filter";
import { loadFormForReading } from "./form";
import { searchWords } from "./words";

export interface ListInput {
  formId: string;
  limit: number;
  cursor?: string;
  status?: "complete" | "partial" | "deleted";
  createdAfter?: number;
  createdBefore?: number;
  /** Names of fields to keep; all when absent. */
  fields?: readonly string[];
  q?: string;
  sort: "submitted_at" | "-submitted_at";
  /** The query language's filter, as parsed JSON. */
  filter?: unknown;
}

export interface ResponseList extends Page<ResponseRow> {
  current: boolean;
  position: string;
}

export async function listResponses(ctx: ServiceContext, input: ListInput): Promise<ResponseList> {
  assertCan(ctx, "read");
  const form = await loadFormForReading(ctx, input.formId);
  const descending = input.sort.startsWith("-");
  const query: ListQuery = {
    workspaceId: ctx.workspaceId,
    formId: form.formId,
    status: input.status,
    createdAfter: input.createdAfter,
    createdBefore: input.createdBefore,
    words: input.q === undefined ? undefined : searchWords(input.q),
    condition: input.filter === undefined ? undefined : parseFilter(input.filter, await form.fields()),
    descending,
    after: cursorKey(input.cursor),
    limit: input.limit + 1,
  };
  const barrier = await passBarrier(ctx, form.formId, form.settings);
  const rows = await openPrimaryStore(ctx.env).listResponses(query);
  const page = toPage(rows, input.limit, (row) => [row.submittedAt, row.seq, row.shard]);
  return { ...page, items: page.items.map((row) => project(row, input.fields)), ...barrier };
}

function cursorKey(cursor: string | undefined): [number, number, number] | undefined {
  const key = decodeCursor(cursor, 3);
  return key === null ? undefined : [Number(key[0]), Number(key[1]), Number(key[2])];
}

function project(row: ResponseRow, fields: readonly string[] | undefined): ResponseRow {
  if (fields === undefined) return row;
  return { ...row, data: Object.fromEntries(fields.filter((name) => Object.hasOwn(row.data, name)).map((name) => [name, row.data[name]])) };
}
