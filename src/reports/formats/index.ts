// Every format there is. To add one: a file beside this one, its name in exports/request.ts, a line here.
import { InvalidError } from "../../shared/errors";
import { pdf } from "../pdf/format";
import { csv } from "./csv";
import { docx } from "./docx";
import type { ExportFormat, ExportMeta } from "./format";
import { json, jsonl } from "./json";
import { tex } from "./tex";
import { xlsx } from "./xlsx";

const FORMATS: readonly ExportFormat[] = [csv, xlsx, json, jsonl, docx, tex, pdf];

/** Too much for one file of a format may be several. */
export function fitting(format: ExportFormat, meta: ExportMeta): ExportFormat {
  return (format.kind === "stream" && format.instead?.(meta)) || format;
}

export function formatNamed(name: string): ExportFormat {
  const format = FORMATS.find((known) => known.name === name);
  if (format !== undefined) return format;
  const message = `Choose one of ${FORMATS.map((known) => known.name).join(", ")}.`;
  throw new InvalidError("There is no such format.", [{ path: "format", message, code: "unknown_format" }]);
}
