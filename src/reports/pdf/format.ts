// PDF as a format of exports: read once to add up, once more to print, all of one position of the ledger.
import type { Sheet } from "../../../templates/report";
import { getMetrics } from "../../analytics";
import { parsePosition, readSnapshot } from "../../responses";
import type { ResponseRow } from "../../store";
import { conditionFor } from "../exports/which";
import type { ExportRow, ExportSource, StreamFormat } from "../formats/format";
import { cellText } from "../table/cells";
import { type ChosenTemplate, chooseTemplate } from "../templates/choose";
import { settingOf } from "../templates/settings";
import { printedResponse, type ResponseContext } from "./answers";
import { composeReport, type Facts } from "./compose";
import { calculatedQuestion, questionsOf } from "./fields";
import { filterBefore, filtersInWords, type Period, periodOf } from "./filters";
import type { PrintedResponse } from "./model";
import { Album } from "./pictures";
import { withPrinter } from "./print/browser";
import { printReport } from "./print-report";
import type { DescribedField } from "./sections";
import { Summary, type SummedRow } from "./summarise";
import { type Writing, writingOf } from "./writing";

/** A page each: beyond this nobody reads, and a table serves better. The summary is of all of them. */
export const MAX_PRINTED = 5_000;

export const pdf: StreamFormat = {
  kind: "stream",
  name: "pdf",
  extension: "pdf",
  contentType: "application/pdf",
  choices: "label",
  queue: "reports",
  fingerprint: async (ctx, options) => JSON.stringify(await chooseTemplate(ctx, options)),
  write: async function* (source) {
    const { ctx, control } = source;
    const { sheet, responses } = await prepareReport(source);
    const input = { sheet, responses, madeAt: source.meta.madeAt, onProgress: (share: number) => control.progress(0.3 + 0.68 * share) };
    const printed =
      source.printer === undefined
        ? await withPrinter({ binding: ctx.env.BROWSER, log: ctx.log, signal: control.signal }, (printer) => printReport(input, printer))
        : await printReport(input, source.printer);
    yield* printed.bytes();
  },
};

export interface PreparedReport {
  sheet: Sheet;
  responses: AsyncIterable<PrintedResponse>;
}

export async function prepareReport(source: ExportSource, chosen?: ChosenTemplate): Promise<PreparedReport> {
  const { meta } = source;
  const { options } = meta;
  const template = chosen ?? (await chooseTemplate(source.ctx, options));
  const writing = writingOf(template.settings.language ?? "en", meta.timezone, template.settings.words);
  const questions = questionsFor(source);
  const period = periodOf(meta.filter, meta.madeAt);
  const now = new Summary(questions, writing.dayOf);
  for await (const page of source.pages()) for (const row of page) now.add(summed(source, row));
  const before = period === null ? null : await periodBefore(source, questions, writing, period);
  const setting = settingOf(template.base, template.settings);
  const printsResponses = options.per_response !== false && setting.sections.includes("responses");
  const printed = printsResponses ? Math.min(now.count, MAX_PRINTED) : 0;
  const facts: Facts = {
    title: meta.title,
    subtitle: template.settings.subtitle ?? "",
    formTitle: meta.formTitle,
    workspace: meta.workspaceName,
    madeAt: meta.madeAt,
    position: meta.position,
    filters: filtersInWords(meta.filter, questions, writing),
    period,
    completionRate: await completionRate(source),
    printed,
  };
  const report = composeReport(facts, questions, now, before, writing);
  const sections = setting.sections.filter(
    (name) =>
      !(name === "cover" && options.cover === false) &&
      !((name === "summary" || name === "questions") && options.summary === false) &&
      !(name === "responses" && printed === 0),
  );
  // A contents of nothing but a cover leads nowhere; and a file has at least one page.
  const useful = sections.some((name) => name !== "cover" && name !== "contents")
    ? sections
    : [...sections.filter((name) => name === "cover"), "summary" as const];
  const sheet: Sheet = { report, setting: { ...setting, sections: useful, charts: options.charts !== false }, writing };
  return { sheet, responses: printedResponses(source, writing, printed) };
}

function questionsFor({ schemas, columns, meta }: ExportSource): DescribedField[] {
  const calculated = columns.filter((column) => column.calculated).map(({ key, label }) => calculatedQuestion(key, label));
  const all = questionsOf(schemas);
  if (!meta.choseFields) return [...all, ...calculated];
  const chosen = new Set(columns.flatMap(({ field }) => (field === null ? [] : [field.path])));
  return [...all.filter(({ path }) => chosen.has(path)), ...calculated];
}

/** What is calculated is added up like an answer. */
function summed({ columns, meta }: ExportSource, { response, cells }: ExportRow): SummedRow {
  const worked = columns.flatMap((column, i) => {
    const cell = cells[i] ?? null;
    if (!column.calculated || cell === null) return [];
    return [[column.key, typeof cell === "number" ? cell : cellText(cell, { timezone: meta.timezone, separator: ", " })] as const];
  });
  const { submittedAt, durationMs, data } = response;
  return { submittedAt, durationMs, data: worked.length === 0 ? data : { ...data, ...Object.fromEntries(worked) } };
}

async function periodBefore(source: ExportSource, questions: DescribedField[], writing: Writing, period: Period): Promise<Summary> {
  const { ctx, meta, control } = source;
  const { condition } = await conditionFor(ctx, meta.formId, filterBefore(meta.filter, period));
  const summary = new Summary(questions, writing.dayOf);
  const input = { formId: meta.formId, marks: parsePosition(meta.position), condition, descending: false, after: null };
  for await (const { rows } of readSnapshot(ctx, input)) {
    for (const row of rows) summary.add(row);
    await control.checkCancelled();
  }
  return summary;
}

/** Views and starts are counted for the whole form: of a part of it nobody knows how many began. */
async function completionRate({ ctx, meta }: ExportSource): Promise<number | null> {
  if (meta.filter !== null && Object.keys(meta.filter as object).length > 0) return null;
  try {
    const { completionRate: rate, ...metrics } = await getMetrics(ctx, {
      formId: meta.formId,
      timezone: meta.timezone,
      seq: meta.position,
    });
    return metrics.starts > 0 ? rate : null;
  } catch {
    // A number that is only nice to have does not fail the report.
    return null;
  }
}

async function* printedResponses(source: ExportSource, writing: Writing, most: number): AsyncGenerator<PrintedResponse> {
  if (most === 0) return;
  const { schemas, columns, meta } = source;
  const newest = schemas.at(-1);
  if (newest === undefined) return;
  const calculated = columns.map((column, i) => ({ column, i })).filter(({ column }) => column.calculated);
  const only = meta.choseFields ? new Set(columns.flatMap(({ field }) => field?.path.split(".")[0] ?? [])) : undefined;
  const album = new Album(source.ctx);
  let number = 0;
  for await (const page of source.pages()) {
    for (const { response, cells, files } of page) {
      number += 1;
      const context: Omit<ResponseContext, "findFile"> = {
        schema: schemaOf(response, schemas) ?? newest,
        writing,
        only,
        calculated: calculated.map(({ column, i }) => ({
          label: column.label,
          text: cellText(cells[i] ?? null, { timezone: meta.timezone, separator: ", " }),
        })),
      };
      yield await album.printed(files, (findFile) => printedResponse(response, number, { ...context, findFile }));
      if (number >= most) return;
    }
  }
}

/** The version it was given to: its questions are shown in the words that were asked. */
function schemaOf(response: ResponseRow, schemas: ExportSource["schemas"]) {
  return schemas[response.formVersion - 1];
}
