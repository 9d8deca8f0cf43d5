import type { FieldSection } from "../../src/reports/pdf/model";
import { anchorOf, SUMMARY_ANCHOR } from "./anchors";
import { ChartFigure } from "./chart";
import { Figures } from "./figures";
import type { Sheet } from "./template";

export function Summary(sheet: Sheet) {
  const { report, writing, setting } = sheet;
  return (
    <section class="summary">
      <header class="opening">
        <h1 id={SUMMARY_ANCHOR}>{writing.words.summary}</h1>
        <p class="period">
          {report.period}
          {report.periodBefore !== null && (
            <span>
              {" "}
              · {writing.words.compared_with} {report.periodBefore}
            </span>
          )}
        </p>
      </header>
      {setting.intro !== "" && (
        <div class="intro" dir="auto">
          {setting.intro.split(/\n{2,}/).map((paragraph) => (
            <p>{paragraph}</p>
          ))}
        </div>
      )}
      <Figures figures={report.figures} large />
      {report.counts.responses === 0 && <p class="nothing">{writing.words.no_responses}</p>}
      {report.timeline !== null && (
        <div class="timeline">
          <h2>{writing.words.over_time}</h2>
          <ChartFigure sheet={sheet} chart={report.timeline} />
        </div>
      )}
      <Highlights {...sheet} />
    </section>
  );
}

const TELLING: ReadonlySet<string> = new Set(["bars", "nps", "scale", "ranking", "matrix"]);
const MAX_HIGHLIGHTS = 8;

/** The page for who reads no further: what most have said, question by question. */
function Highlights({ report, writing }: Sheet) {
  const said = report.sections.filter(({ chart }) => chart !== null && chart.caption !== "" && TELLING.has(chart.definition.kind));
  if (said.length < 2) return null;
  return (
    <div class="highlights">
      <h2>{writing.words.highlights}</h2>
      <ul>
        {said.slice(0, MAX_HIGHLIGHTS).map(({ label, chart }) => (
          <li>
            <p class="label">
              <bdi>{label}</bdi>
            </p>
            <p>{chart?.caption}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Question({ section, number, ...sheet }: Sheet & { section: FieldSection; number: number }) {
  const { words, locale } = sheet.writing;
  const count = new Intl.NumberFormat(locale);
  return (
    <article class={section.chart === null ? "question slight" : "question"}>
      <header>
        <p class="number">{count.format(number)}</p>
        <div>
          <h2 id={anchorOf(section.path)}>
            <bdi>{section.label}</bdi>
          </h2>
          <p class="meta">
            {count.format(section.answered)} {words.answered}
            {section.skipped > 0 && ` · ${count.format(section.skipped)} ${words.skipped}`}
          </p>
        </div>
      </header>
      <div class="content">
        {section.figures.length > 0 && <Figures figures={section.figures} />}
        {section.chart !== null && <ChartFigure sheet={sheet} chart={section.chart} />}
        {section.quotes.length > 0 && (
          <div class="quotes">
            <h3>{words.in_their_words}</h3>
            {section.quotes.map((quote) => (
              <blockquote dir="auto">{quote}</blockquote>
            ))}
          </div>
        )}
        {section.remark !== "" && <p class="remark">{section.remark}</p>}
      </div>
    </article>
  );
}
