// What stands before the responses: the facts, and what the answers add up to.

import type { Tally } from "../../table/tally";
import { factsOf } from "../facts";
import type { ExportSource } from "../format";
import { sideOf } from "../language";
import { currenciesOf } from "../money";
import { readableText } from "../readable";
import { answeredOf, type ChoiceSummary, percent, type QuestionSummary, shortNumber } from "../summary";
import { heading, wordsOf } from "./heading";
import { paperOf } from "./package";
import { isMirrored, type TableRow, Tables } from "./table";
import { isRightToLeft, paragraphs } from "./text";
import { filledIn, type Say } from "./words";

/** Rows of figures that stand on one page. */
const KEPT_TOGETHER = 10;

export function* front(source: ExportSource, tally: Tally): Generator<string> {
  const { meta } = source;
  if (meta.options.cover !== false) yield cover(source, tally.rows);
  if (meta.options.summary === false) return;
  const say = wordsOf(source);
  const questions = answeredOf(tally).map((question) => ({
    ...question,
    label: labelIn(source, question),
    choices:
      question.choices === null || !isYesOrNo(source, question)
        ? question.choices
        : question.choices.map((choice) => ({ ...choice, label: say(choice.label) })),
  }));
  if (questions.length > 0) yield heading(source, say("Summary"), 1, true);
  const tables = new Tables(paperOf(meta), 0.6);
  const currencies = currenciesOf(source.schemas);
  const outOf = (answered: number) => filledIn(say("{count} of {all}"), { count: answered, all: tally.rows });
  const isCounted = ({ figures: of, choices }: QuestionSummary) => of === null && choices === null;
  const more = questions.filter((question) => !isCounted(question));
  for (const question of more)
    yield questionHeading(question.label) + figures(question, { say, outOf, tables, currency: currencies.get(question.key) });
  // Of names and sentences there is nothing to say but how many: a line each.
  const counted = questions.filter(isCounted).map(({ label, answered }) => ({ label, text: outOf(answered) }));
  if (counted.length === 0) return;
  if (more.length > 0) yield heading(source, say("Other questions"), 3);
  yield tables.write(counted, { mirrored: isMirrored(counted), together: counted.length <= KEPT_TOGETHER });
}

/** A question of a repeating group goes by the group's name as well: there, "Name" alone is everybody's. */
function labelIn({ columns, repeats }: ExportSource, { key, label }: QuestionSummary): string {
  const column = columns.find((one) => one.key === key);
  const group = column?.repeat == null ? undefined : repeats.find(({ path }) => path === column.repeat);
  return group === undefined ? label : `${group.label} · ${label}`;
}

/** Yes and no are our words, and stand in what is counted as such; choices are the form's. */
function isYesOrNo({ columns }: ExportSource, { key }: QuestionSummary): boolean {
  return columns.find((one) => one.key === key)?.type === "boolean";
}

function cover(source: ExportSource, rows: number): string {
  const { meta } = source;
  const side = sideOf(source);
  const say = wordsOf(source);
  const facts = factsOf(source, rows).map(({ label, value }) => {
    const text = readableText(value, meta.timezone);
    return { label: say(label), text: label === "Which" ? say(text) : text };
  });
  return (
    paragraphs(meta.workspaceName, { style: "Overline", side }) +
    paragraphs(meta.title, { style: "Title", side }) +
    new Tables(paperOf(meta), 0.3).write(facts, { mirrored: side === "right" })
  );
}

/** On the side of the table below it. */
function questionHeading(label: string): string {
  return paragraphs(label, { style: "Heading3", side: isRightToLeft(label) ? "right" : "left" });
}

interface FigureLook {
  say: Say;
  outOf(answered: number): string;
  tables: Tables;
  currency: string | undefined;
}

function figures({ label, answered, figures: of, choices }: QuestionSummary, { say, outOf, tables, currency }: FigureLook): string {
  const lines: TableRow[] = [{ label: say("Answered"), text: outOf(answered) }];
  if (of !== null) {
    lines.push(
      { label: say("Average"), text: shortNumber(of.average, currency) },
      { label: say("Least"), text: shortNumber(of.least, currency) },
      { label: say("Most"), text: shortNumber(of.most, currency) },
    );
  }
  for (const choice of choices ?? []) lines.push({ label: choice.label, text: choiceInWords(choice, say) });
  return tables.write(lines, { mirrored: isRightToLeft(label), together: lines.length <= KEPT_TOGETHER });
}

/** "64 (97 %)"; of a ranking "place 1.8 on average, 64 (97 %)". */
function choiceInWords({ count, share, place }: ChoiceSummary, say: Say): string {
  const chosen = `${count} (${percent(share)} %)`;
  return place === null ? chosen : filledIn(say("place {place} on average, {count}"), { place: shortNumber(place), count: chosen });
}
