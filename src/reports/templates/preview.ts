// How a template looks, before it is saved or used: with the answers of a form, or with made-up ones.

import { coverHtml, responsesHtml, type Sheet, summaryHtml } from "../../../templates/report";
import { type FormSchema, getForm } from "../../forms";
import { listResponses } from "../../responses";
import { assertCan, type ServiceContext } from "../../shared/context";
import type { ResponseRow } from "../../store";
import { printedResponse } from "../pdf/answers";
import { composeReport } from "../pdf/compose";
import { questionsOf } from "../pdf/fields";
import { Summary } from "../pdf/summarise";
import { writingOf } from "../pdf/writing";
import { loadTemplate } from "./rows";
import { SAMPLE_FORM, sampleRows } from "./sample";
import { type BaseTemplate, settingOf, TemplateSettings } from "./settings";

export interface PreviewInput {
  templateId?: string;
  base?: BaseTemplate;
  settings?: TemplateSettings;
  formId?: string;
}

const ROWS = 24;
const PRINTED = 2;

/** As HTML, which needs no browser: everything that a template can change is in it, but for heads, feet and the breaks of pages. */
export async function previewTemplate(ctx: ServiceContext, input: PreviewInput): Promise<string> {
  assertCan(ctx, "read");
  const kept = input.templateId === undefined ? null : await loadTemplate(ctx, input.templateId);
  const base = input.base ?? (kept?.base as BaseTemplate | null) ?? "annual";
  const settings = { ...(kept === null ? {} : (TemplateSettings.safeParse(kept.settings).data ?? {})), ...input.settings };
  const writing = writingOf(settings.language ?? "en", "UTC", settings.words);
  const { title, schema, rows } = await answersFor(ctx, input.formId);
  const questions = questionsOf([schema]);
  const now = new Summary(questions, writing.dayOf);
  for (const row of rows) now.add(row);
  const printed = rows.slice(0, PRINTED);
  const facts = {
    title,
    subtitle: settings.subtitle ?? "",
    formTitle: title,
    workspace: title,
    madeAt: ctx.now(),
    position: "",
    filters: [],
    period: null,
    completionRate: null,
    printed: printed.length,
  };
  const sheet: Sheet = { report: composeReport(facts, questions, now, null, writing), setting: settingOf(base, settings), writing };
  const findFile = (id: string) => ({ name: id, image: null });
  const responses = printed.map((row, i) => printedResponse(row, i + 1, { schema, writing, findFile }));
  return joined([coverHtml(sheet), summaryHtml(sheet, ["summary", "questions"]), responsesHtml(sheet, responses)]);
}

async function answersFor(
  ctx: ServiceContext,
  formId: string | undefined,
): Promise<{ title: string; schema: FormSchema; rows: ResponseRow[] }> {
  if (formId === undefined) return { title: SAMPLE_FORM.title, schema: SAMPLE_FORM.schema, rows: sampleRows(ctx.now(), ROWS) };
  const form = await getForm(ctx, formId);
  const { items } = await listResponses(ctx, { formId, limit: ROWS, status: "complete", sort: "-submitted_at" });
  return { title: form.title, schema: form.schema, rows: items };
}

/** The bodies of several documents under the head of the first. */
function joined(pages: readonly string[]): string {
  const [first = ""] = pages;
  const bodies = pages.map((page) => page.slice(page.indexOf("<body"), page.lastIndexOf("</body>")).replace(/^<body[^>]*>/, ""));
  return `${first.slice(0, first.indexOf("<body"))}<body class="body">${bodies.join("")}</body></html>`;
}
