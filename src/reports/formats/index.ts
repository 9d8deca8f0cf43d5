// Every format there is. To add one: a file beside this one, its name in exports/request.ts, a line here.
import { InvalidError } from "../../shared/errors";
import { pdf } from "../pdf/format";
import { csv } from "./csv";
import { docx } from "./docx";
import type { ExportFormat } from "./format";
import { json, jsonl } from "./json";
import { tex } from "./tex";
import { xlsx } from "./xlsx";

const FORMATS: readonly ExportFormat[] = [csv, xlsx, json, jsonl, docx, tex, pdf];

export function formatNamed(name: string): ExportFormat {
  const format = FORMATS.find((known) => known.name === name);
  if (format !== undefined) return format;
  const message = `Choose one of ${FORMATS.map((known) => known.name).join(", ")}.`;
  throw new InvalidError("There is no such format.", [{ path: "format", message, code: "unknown_format" }]);
}
