// Every report that Headwater prints, as pure functions from a report to HTML.
import type { PrintedResponse } from "../../src/reports/pdf/model";
import { anchorOf, QUESTIONS_ANCHOR, responseAnchor, SUMMARY_ANCHOR } from "./anchors";
import { Paper, toHtml } from "./document";
import type { ContentsEntry, RunningPage } from "./parts";
import type { Sheet } from "./template";

export { anchorOf, QUESTIONS_ANCHOR, responseAnchor, SUMMARY_ANCHOR } from "./anchors";
export { PAGE_LINK } from "./contents";
export { FONTS, type Font, type Look, PAPERS, type Paper as PaperName } from "./look";
export type { ContentsEntry, RunningPage } from "./parts";
export { inherit, SECTIONS, type SectionName, type Setting, type Sheet } from "./template";
export { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from "./variants";

export function coverHtml(sheet: Sheet): string {
  const { Cover } = sheet.setting.parts;
  return toHtml(
    <Paper sheet={sheet} kind="body">
      <Cover {...sheet} />
    </Paper>,
  );
}

export function contentsHtml(sheet: Sheet, entries: readonly ContentsEntry[]): string {
  const { Contents } = sheet.setting.parts;
  return toHtml(
    <Paper sheet={sheet} kind="body">
      <Contents {...sheet} entries={entries} />
    </Paper>,
  );
}

/** The figures and the questions, in the order the template wants them. */
export function summaryHtml(sheet: Sheet, names: readonly ("summary" | "questions")[]): string {
  const { Summary, Question } = sheet.setting.parts;
  return toHtml(
    <Paper sheet={sheet} kind="body">
      <Places anchors={[SUMMARY_ANCHOR, QUESTIONS_ANCHOR, ...sheet.report.sections.map(({ path }) => anchorOf(path))]} />
      {names.map((name) =>
        name === "summary" ? (
          <Summary {...sheet} />
        ) : (
          <section class="questions">
            <h1 id={QUESTIONS_ANCHOR}>{sheet.writing.words.questions}</h1>
            {sheet.report.sections.map((section, i) => (
              <Question {...sheet} section={section} number={i + 1} />
            ))}
          </section>
        ),
      )}
    </Paper>,
  );
}

export function responsesHtml(sheet: Sheet, responses: readonly PrintedResponse[]): string {
  const { Response } = sheet.setting.parts;
  return toHtml(
    <Paper sheet={sheet} kind="body">
      <Places anchors={responses.map(({ number }) => responseAnchor(number))} />
      <div class={sheet.setting.pagePerResponse ? "responses paged" : "responses"}>
        {responses.map((response) => (
          <Response {...sheet} response={response} />
        ))}
      </div>
    </Paper>,
  );
}

export function runningHtml(sheet: Sheet, pages: readonly RunningPage[]): string {
  const { Running } = sheet.setting.parts;
  return toHtml(
    <Paper sheet={sheet} kind="running">
      {pages.map((page) => (
        <Running {...sheet} page={page} />
      ))}
    </Paper>,
  );
}

/** A browser notes in the document only where those anchors are that something on the page leads to. */
function Places({ anchors }: { anchors: readonly string[] }) {
  return (
    <nav hidden>
      {anchors.map((anchor) => (
        <a href={`#${anchor}`}>{anchor}</a>
      ))}
    </nav>
  );
}
