// LaTeX as a zip: main.tex with the look, and the answers in files beside it, written as they are read. It compiles with a stock TeX
// Live; under LuaLaTeX or XeLaTeX every script is set, pdfLaTeX names what its fonts do not have.
import { type ZipEntry, zip } from "../files/zip";
import type { Tally } from "../table/tally";
import { factsOf } from "./facts";
import type { ExportRow, ExportSource, StreamFormat } from "./format";
import { readableText } from "./readable";
import { escapeTex, mainTex, README } from "./tex/words";

const CHUNK_CHARS = 65_536;
/** A file for so many: editors and TeX itself dislike a hundred megabytes in one. */
const RESPONSES_PER_FILE = 1_000;
const MAX_ROWS = 50_000;
const MAX_CHOICES_SHOWN = 30;
const encoder = new TextEncoder();

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
  if (options.summary !== false) yield { path: "summary.tex", data: summaryTex(tally) };
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

async function* rowsOf(source: ExportSource): AsyncGenerator<ExportRow> {
  for await (const page of source.pages()) yield* page;
}

async function* chunked(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const more of texts) {
    text += more;
    if (text.length < CHUNK_CHARS) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}

function responseTex({ columns, meta }: ExportSource, { response, cells }: ExportRow, number: number): string {
  const answers = columns.flatMap((column, i) => {
    if (column.key === "id" || column.key === "submitted_at") return [];
    const cell = cells[i] ?? null;
    const items = Array.isArray(cell) ? cell : [cell];
    const text = items.map((item) => readableText(item, meta.timezone)).join("\n");
    return text.trim() === "" ? [] : [`\\answer{${escapeTex(column.label)}}{${escapeTex(text)}}\n`];
  });
  const when = readableText({ at: response.submittedAt }, meta.timezone);
  return `\\response{${number}}{${when}}{${escapeTex(response.id)}}\n${answers.join("")}\n`;
}

function summaryTex(tally: Tally): string {
  let text = "";
  for (const { column, answered, numbers, choices } of tally.columns) {
    if ((column.field === null && !column.calculated) || answered === 0) continue;
    text += `\\question{${escapeTex(column.label)}}{${answered}}{${tally.rows}}\n`;
    if (numbers !== null) {
      const figures = [numbers.sum / numbers.count, numbers.min, numbers.max].map((value) => Math.round(value * 100) / 100);
      text += `\\figures{${figures.join("}{")}}\n`;
    }
    const labels = new Map(column.field?.options?.map(({ value, label }) => [value, label]));
    const ranked = [...(choices ?? [])].sort((a, b) => b[1] - a[1]).slice(0, MAX_CHOICES_SHOWN);
    for (const [value, count] of ranked) {
      text += `\\choice{${escapeTex(labels.get(value) ?? value)}}{${count}}{${Math.round((count / answered) * 100)}}\n`;
    }
  }
  return text === "" ? "No answers.\n" : text;
}
