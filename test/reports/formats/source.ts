// What a format is given to write, without a store behind it.
import type { FormSchema } from "../../../src/forms";
import type { ExportMeta, ExportRow, ExportSource, StreamFormat } from "../../../src/reports/formats/format";
import { columnsOfForm } from "../../../src/reports/table/columns";
import { Tally } from "../../../src/reports/table/tally";
import { asSystem } from "../../../src/shared/context";
import type { ResponseRow } from "../../../src/store";
import { testContext } from "../../support/context";

export interface Given {
  fields: FormSchema["fields"];
  answers: readonly Record<string, unknown>[];
  options?: ExportMeta["options"];
  choices?: "value" | "label";
  language?: string;
}

const AT = Date.UTC(2026, 0, 31, 9);
/** More than one page, so that what is written goes over their borders. */
const PAGE = 700;

export function sourceOf({ fields, answers, options = {}, choices = "label", language }: Given): ExportSource {
  const { system, fields: ofForm, repeats } = columnsOfForm([{ fields }], choices);
  const columns = [...system.slice(0, 3), ...ofForm];
  const rows = answers.map((data, i) => {
    const response = rowOf(i + 1, data);
    return { response, cells: columns.map((column) => column.read(response)) };
  });
  return {
    ctx: asSystem(testContext(), "ws_of_nobody"),
    columns,
    repeats,
    schemas: [{ fields }],
    meta: {
      exportId: "exp_1",
      formId: "frm_1",
      formTitle: "Visit",
      title: options.title ?? "Visit",
      workspaceName: "Riverside & sons",
      position: "0:42",
      madeAt: AT,
      timezone: "UTC",
      language: language ?? null,
      filter: null,
      what: "Complete responses",
      descending: false,
      choseFields: false,
      expectedRows: rows.length,
      options,
    },
    pages: () => pagesOf(rows),
    newTally: () => new Tally(columns),
    control: {
      jobId: "job_1",
      attempt: 1,
      correlationId: "req_1",
      createdBy: null,
      saved: null,
      signal: new AbortController().signal,
      isTimeUp: () => false,
      progress: async () => {},
      checkCancelled: async () => {},
      checkpoint: async () => {},
    },
  };
}

async function* pagesOf(rows: readonly ExportRow[]): AsyncGenerator<readonly ExportRow[]> {
  for (let i = 0; i < rows.length; i += PAGE) yield rows.slice(i, i + PAGE);
}

function rowOf(seq: number, data: Record<string, unknown>): ResponseRow {
  return {
    id: `rsp_${seq}`,
    formId: "frm_1",
    shard: 0,
    seq,
    lastSeq: seq,
    formVersion: 1,
    status: "complete",
    submittedAt: AT,
    startedAt: null,
    durationMs: null,
    updatedAt: AT,
    deletedAt: null,
    erasedAt: null,
    dataHash: "",
    meta: {},
    data,
  };
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(await new Blob(all as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

export function written(format: StreamFormat, given: Given): Promise<Uint8Array> {
  return bytesOf(format.write(sourceOf(given)));
}
