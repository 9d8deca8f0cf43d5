import type { Value } from "../expressions";
import { assertCan, type ServiceContext } from "../shared/context";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { type ListQuery, type Marks, openPrimaryStore, type ResponseRow } from "../store";
import { type AsOf, momentOf } from "./as-of";
import { passBarrier } from "./barrier";
import { type CalculatedColumn, compileColumns } from "./calculated";
import { parseFilter } from "./filter";
import { loadFormForReading } from "./form";
import { searchBack } from "./search-back";
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
  /** Worked out beside the answers, each under its name. */
  calculated?: readonly CalculatedColumn[];
  /** What a date is in them; the form's own without it. */
  timezone?: string;
  /** As the responses stood then; their notes (`meta`) are the newest. */
  asOf?: AsOf;
}

export type ListedResponse = ResponseRow & { calculated?: Record<string, Value> };

export interface ResponseList extends Page<ListedResponse> {
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
  const moment = await momentOf(ctx, form, input.asOf ?? {});
  const barrier =
    moment === null ? await passBarrier(ctx, form.formId, form.settings) : { current: moment.current, position: positionOf(moment.marks) };
  const { columns, valuesOf } = await compileColumns(ctx, form.formId, input.calculated ?? [], {
    timezone: input.timezone,
    path: "calculated",
  });
  const searchesBack = moment !== null && query.words !== undefined && query.words.length > 0;
  const rows = searchesBack
    ? await searchBack(ctx, query, moment.marks)
    : await openPrimaryStore(ctx.env).listResponses({ ...query, asOf: moment?.marks });
  const page = toPage(rows, input.limit, (row) => [row.submittedAt, row.seq, row.shard]);
  return {
    ...page,
    items: page.items.map((row) => ({ ...project(row, input.fields), ...(columns.length === 0 ? {} : { calculated: valuesOf(row) }) })),
    ...barrier,
  };
}

function positionOf(marks: Marks): string {
  return marks.map(([shard, seq]) => `${shard}:${seq}`).join(",");
}

function cursorKey(cursor: string | undefined): [number, number, number] | undefined {
  const key = decodeCursor(cursor, 3);
  return key === null ? undefined : [Number(key[0]), Number(key[1]), Number(key[2])];
}

function project(row: ResponseRow, fields: readonly string[] | undefined): ResponseRow {
  if (fields === undefined) return row;
  return { ...row, data: Object.fromEntries(fields.filter((name) => Object.hasOwn(row.data, name)).map((name) => [name, row.data[name]])) };
}
