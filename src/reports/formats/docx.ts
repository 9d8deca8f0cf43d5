// A Word document: the facts, what the answers add up to, and every response with its questions. Laid out as a whole in memory, which
// is why it holds only so many.
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  Header,
  HeadingLevel,
  Packer,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
import { documentFromTemplate, templateFingerprint } from "../docx-template";
import { type Cell, cellText } from "../table/cells";
import type { ColumnTally, Tally } from "../table/tally";
import { factsOf } from "./facts";
import type { ExportRow, ExportSource, StreamFormat } from "./format";
import { readableText } from "./readable";

// A quarter of a megabyte each while it is laid out, and an isolate has 128 MB.
const MAX_ROWS = 500;
const MAX_CHOICES_SHOWN = 30;
const LINE = { style: BorderStyle.SINGLE, size: 4, color: "D5DEE6" } as const;
const NO_LINE = { style: BorderStyle.NONE, size: 0, color: "FFFFFF" } as const;

export const docx: StreamFormat = {
  kind: "stream",
  name: "docx",
  extension: "docx",
  contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  choices: "label",
  maxRows: MAX_ROWS,
  fingerprint: (ctx, options) => templateFingerprint(ctx, options),
  write,
};

async function* write(source: ExportSource): AsyncGenerator<Uint8Array> {
  const own = await documentFromTemplate(source);
  if (own !== null) return yield own;
  const { meta } = source;
  const { options } = meta;
  const tally = source.newTally();
  const responses: (Paragraph | Table)[] = [];
  for await (const page of source.pages()) {
    for (const row of page) {
      tally.add(row.cells);
      if (options.per_response !== false) responses.push(...responseParts(source, row, tally.rows));
    }
  }
  const document = new Document({
    title: meta.title,
    creator: "Headwater",
    description: `Ledger position ${meta.position}`,
    styles: { default: { document: { run: { font: "Calibri", size: 21 } } } },
    sections: [
      {
        headers: { default: new Header({ children: [new Paragraph({ children: [run(meta.title, { color: "6B7C8C", size: 17 })] })] }) },
        footers: { default: new Footer({ children: [pageNumbers()] }) },
        children: [
          ...(options.cover === false ? [] : cover(source, tally.rows)),
          ...(options.summary === false ? [] : summary(tally)),
          ...(responses.length === 0 ? [] : [heading("Responses", HeadingLevel.HEADING_1, true), ...responses]),
        ],
      },
    ],
  });
  yield new Uint8Array(await Packer.toArrayBuffer(document));
}

function cover(source: ExportSource, rows: number): (Paragraph | Table)[] {
  const { meta } = source;
  const facts = factsOf(source, rows).map(({ label, value }) => [
    label,
    readableText(typeof value === "object" ? value : value, meta.timezone),
  ]);
  return [
    new Paragraph({ spacing: { before: 1_200, after: 120 }, children: [run(meta.workspaceName, { color: "6B7C8C" })] }),
    new Paragraph({ heading: HeadingLevel.TITLE, bidirectional: isRightToLeft(meta.title), children: [run(meta.title)] }),
    table(
      facts.map(([label = "", value = ""]) => [label, value]),
      [30, 70],
    ),
  ];
}

function summary(tally: Tally): (Paragraph | Table)[] {
  const shown = tally.columns.filter(({ column, answered }) => (column.field !== null || column.calculated) && answered > 0);
  if (shown.length === 0) return [];
  return [heading("Summary", HeadingLevel.HEADING_1, true), ...shown.flatMap((of) => columnSummary(of, tally.rows))];
}

function columnSummary({ column, answered, numbers, choices }: ColumnTally, rows: number): (Paragraph | Table)[] {
  const lines: string[][] = [["Answered", `${answered} of ${rows}`]];
  if (numbers !== null) {
    lines.push(["Average", short(numbers.sum / numbers.count)], ["Least", short(numbers.min)], ["Most", short(numbers.max)]);
  }
  const labels = new Map(column.field?.options?.map(({ value, label }) => [value, label]));
  const ranked = [...(choices ?? [])].sort((a, b) => b[1] - a[1]).slice(0, MAX_CHOICES_SHOWN);
  for (const [value, count] of ranked) lines.push([labels.get(value) ?? value, `${count} (${Math.round((count / answered) * 100)} %)`]);
  return [heading(column.label, HeadingLevel.HEADING_3), table(lines, [60, 40])];
}

function responseParts({ columns, meta }: ExportSource, { response, cells }: ExportRow, number: number): (Paragraph | Table)[] {
  const answers = columns.flatMap((column, i) => {
    if (column.key === "id" || column.key === "submitted_at") return [];
    const text = answerText(cells[i] ?? null, meta.timezone);
    return text === "" ? [] : [[column.label, text]];
  });
  const when = readableText({ at: response.submittedAt }, meta.timezone);
  return [
    new Paragraph({
      heading: HeadingLevel.HEADING_2,
      keepNext: true,
      spacing: { before: 320, after: 60 },
      children: [run(`Response ${number}`)],
    }),
    new Paragraph({ keepNext: true, spacing: { after: 100 }, children: [run(`${when} · ${response.id}`, { color: "6B7C8C", size: 18 })] }),
    table(answers.length === 0 ? [["", "No answers"]] : answers, [38, 62]),
  ];
}

function answerText(cell: Cell, timezone: string): string {
  return cellText(Array.isArray(cell) ? cell.map((item) => readableText(item, timezone)) : readableText(cell, timezone), {
    timezone,
    separator: "\n",
  });
}

function heading(text: string, level: (typeof HeadingLevel)[keyof typeof HeadingLevel], pageBreakBefore = false): Paragraph {
  return new Paragraph({ heading: level, pageBreakBefore, keepNext: true, bidirectional: isRightToLeft(text), children: [run(text)] });
}

function table(lines: readonly (readonly string[])[], widths: readonly number[]): Table {
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    borders: { top: LINE, bottom: LINE, left: NO_LINE, right: NO_LINE, insideHorizontal: LINE, insideVertical: NO_LINE },
    rows: lines.map(
      (cells) =>
        new TableRow({
          cantSplit: cells.every((text) => text.length < 600),
          children: cells.map(
            (text, i) =>
              new TableCell({
                width: { size: widths[i] ?? 50, type: WidthType.PERCENTAGE },
                margins: { top: 60, bottom: 60, left: 100, right: 100 },
                ...(i === 0 ? { shading: { type: ShadingType.CLEAR, fill: "F3F6F9", color: "auto" } } : {}),
                children: text.split(/\r\n|\r|\n/).map((line) => paragraph(line, i === 0)),
              }),
          ),
        }),
    ),
  });
}

function paragraph(text: string, isLabel: boolean): Paragraph {
  const rightToLeft = isRightToLeft(text);
  return new Paragraph({ bidirectional: rightToLeft, children: [run(text, isLabel ? { color: "3D4E5F" } : {}, rightToLeft)] });
}

function run(text: string, look: { color?: string; size?: number } = {}, rightToLeft = isRightToLeft(text)): TextRun {
  return new TextRun({ text: speakable(text), rightToLeft, ...look });
}

function pageNumbers(): Paragraph {
  const children = [PageNumber.CURRENT, " / ", PageNumber.TOTAL_PAGES];
  return new Paragraph({ alignment: AlignmentType.CENTER, children: [new TextRun({ children, color: "6B7C8C", size: 17 })] });
}

/** XML cannot hold most control characters, nor half a surrogate pair. */
function speakable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold.
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD");
}

/** By its first letter that has a direction, as the Unicode algorithm does. */
export function isRightToLeft(text: string): boolean {
  const strong = /\p{L}/u.exec(text)?.[0];
  return strong !== undefined && /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(strong);
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
