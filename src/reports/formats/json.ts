// JSON: the facts of the export and the responses in one document. JSON Lines: one response a line, nothing else.
import { type LinkedFile, uploadsNamedIn } from "../../uploads";
import { jsonOf, momentText } from "../table/cells";
import type { ExportRow, ExportSource, TextFormat } from "./format";

export const json: TextFormat = {
  kind: "text",
  name: "json",
  extension: "json",
  contentType: "application/json",
  choices: "value",
  open: (source) => {
    const { meta } = source;
    const facts = {
      form_id: meta.formId,
      title: meta.title,
      position: meta.position,
      exported_at: new Date(meta.madeAt).toISOString(),
      timezone: meta.timezone,
      ...(meta.language === null ? {} : { language: meta.language }),
      ...(meta.filter === null ? {} : { filter: meta.filter }),
      columns: source.columns.map(({ key, label, type }) => ({ name: key, label, type })),
    };
    return {
      head: () => `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "responses": [`,
      row: (row, isFirst) => `${isFirst ? "" : ","}\n    ${JSON.stringify(objectOf(source, row))}`,
      tail: () => "\n  ]\n}\n",
    };
  },
};

export const jsonl: TextFormat = {
  kind: "text",
  name: "jsonl",
  extension: "jsonl",
  contentType: "application/x-ndjson",
  choices: "value",
  open: (source) => ({ head: () => "", row: (row) => `${JSON.stringify(objectOf(source, row))}\n`, tail: () => "" }),
};

/** Without a choice of fields the answers are as they were given, groups within groups; with one, a flat object of what was chosen. */
function objectOf({ columns, meta }: ExportSource, { response, cells, files }: ExportRow): Record<string, unknown> {
  if (!meta.choseFields) {
    const calculated = columns.flatMap((column, i) => (column.calculated ? [[column.key, jsonOf(cells[i] ?? null, meta.timezone)]] : []));
    return {
      id: response.id,
      submitted_at: momentText(response.submittedAt, meta.timezone),
      status: response.status,
      form_version: response.formVersion,
      seq: response.seq,
      data: response.data,
      ...namedFiles(response.data, files),
      ...(calculated.length === 0 ? {} : { calculated: Object.fromEntries(calculated) }),
    };
  }
  return Object.fromEntries(columns.map(({ key }, i) => [key, jsonOf(cells[i] ?? null, meta.timezone)]));
}

/** Answers keep the ids, as they were given; what these are stands beside. */
function namedFiles(data: Record<string, unknown>, files: ExportRow["files"] = new Map()): { files?: LinkedFile[] } {
  if (files.size === 0) return {};
  const named = new Set(uploadsNamedIn(data).map(({ id }) => id));
  const found = [...named].flatMap((id) => files.get(id) ?? []);
  return found.length === 0 ? {} : { files: found };
}
