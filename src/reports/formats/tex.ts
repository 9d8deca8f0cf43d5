// LaTeX as a zip: main.tex with the look, and the answers in files beside it, written as they are read. It compiles with a stock TeX
// Live; under LuaLaTeX or XeLaTeX every script is set, pdfLaTeX names what its fonts do not have.
import { type ZipEntry, zip } from "../files/zip";
import type { Tally } from "../table/tally";
import { answersOf } from "./answers";
import { factsOf } from "./facts";
import type { ExportRow, ExportSource, StreamFormat } from "./format";
import { type Currencies, currenciesOf } from "./money";
import { chunked, rowsOf } from "./passing";
import { readableText } from "./readable";
import { answeredOf, percent, shortNumber } from "./summary";
import { escapeTex, mainTex, README } from "./tex/words";

/** A file for so many: editors and TeX itself dislike a hundred megabytes in one. */
const RESPONSES_PER_FILE = 1_000;
const MAX_ROWS = 50_000;

export const tex: StreamFormat = {
  kind: "stream",
  name: "tex",
  extension: "zip",
  contentType: "application/zip",
  choices: "label",
  maxRows: MAX_ROWS,
  write: (source) => zip(parts(source), source.meta.madeAt),
};

async function* parts(source: ExportSource): AsyncGenerator<ZipEntry> {
  const { options } = source.meta;
  const tally = source.newTally();
  const rows = rowsOf(source);
  const files: string[] = [];
  let pending = await rows.next();
  while (!pending.done) {
    const name = `responses-${String(files.length + 1).padStart(3, "0")}.tex`;
    files.push(name);
    const responses = chunked(some());
    if (options.per_response === false) for await (const _ of responses);
    else yield { path: name, data: responses };
  }
  if (options.summary !== false) yield { path: "summary.tex", data: summaryTex(tally, currenciesOf(source.schemas)) };
  const facts = factsOf(source, tally.rows).map(({ label, value }) => [label, readableText(value, source.meta.timezone)] as const);
  const shown = {
    facts: options.cover !== false ? facts : [],
    summary: options.summary !== false,
    files: options.per_response === false ? [] : files,
  };
  yield { path: "main.tex", data: mainTex(source.meta, shown) };
  yield { path: "README.txt", data: README };

  async function* some(): AsyncGenerator<string> {
    for (let i = 0; i < RESPONSES_PER_FILE && !pending.done; i++) {
      tally.add(pending.value.cells);
      yield responseTex(source, pending.value, tally.rows);
      pending = await rows.next();
    }
  }
}

function responseTex(source: ExportSource, row: ExportRow, number: number): string {
  const { response } = row;
  const answers = answersOf(source, row).map((part) =>
    part.kind === "turn" ? `\\turn{${escapeTex(part.label)}}\n` : `\\answer{${escapeTex(part.label)}}{${escapeTex(part.text)}}\n`,
  );
  const when = readableText({ at: response.submittedAt }, source.meta.timezone);
  return `\\response{${number}}{${when}}{${escapeTex(response.id)}}\n${answers.join("")}\n`;
}

function summaryTex(tally: Tally, currencies: Currencies): string {
  let text = "";
  for (const { key, label, answered, figures, choices } of answeredOf(tally)) {
    text += `\\question{${escapeTex(label)}}{${answered}}{${tally.rows}}\n`;
    if (figures !== null) {
      const told = [figures.average, figures.least, figures.most].map((value) => escapeTex(shortNumber(value, currencies.get(key))));
      text += `\\figures{${told.join("}{")}}\n`;
    }
    for (const { label: choice, count, share, place } of choices ?? []) {
      const named = place === null ? choice : `${choice}: place ${shortNumber(place)} on average`;
      text += `\\choice{${escapeTex(named)}}{${count}}{${percent(share)}}\n`;
    }
  }
  return text === "" ? "No answers.\n" : text;
}
