// pure. Tables of questions and answers. Their columns are as wide as we say: a table that measures its own text is what makes Word
// slow over thousands of them.
import { paragraphs } from "./text";

/** In twentieths of a point, between margins of 2 cm. */
export const PAGES = {
  a4: { width: 11_906, height: 16_838 },
  letter: { width: 12_240, height: 15_840 },
} as const;
export const MARGIN = 1_134;

export type TableRow = { label: string; text: string } | { heading: string };

export interface TableShape {
  paper: keyof typeof PAGES;
  /** Of the width, for what stands first. */
  labels: number;
  /** The first column stands on the right. */
  mirrored: boolean;
  /** On one page, with the heading before it: for few and short rows. */
  together?: boolean;
}

/** A row as long as this may break over pages; a shorter one stays whole. */
const KEPT_WHOLE_CHARS = 600;
const LOOK = '<w:tblLook w:val="0000" w:firstRow="0" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>';
const SHADED = '<w:shd w:val="clear" w:color="auto" w:fill="F3F6F9"/>';

/** Yields a row at a time: an answer may be as long as a book. */
export function* table(rows: readonly TableRow[], { paper, labels, mirrored, together = false }: TableShape): Generator<string> {
  const width = PAGES[paper].width - 2 * MARGIN;
  const first = Math.round(width * labels);
  const second = width - first;
  const last = rows.at(-1);
  yield `<w:tbl><w:tblPr><w:tblStyle w:val="Answers"/>${mirrored ? "<w:bidiVisual/>" : ""}<w:tblW w:w="${width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>${LOOK}</w:tblPr><w:tblGrid><w:gridCol w:w="${first}"/><w:gridCol w:w="${second}"/></w:tblGrid>`;
  for (const row of rows) {
    if ("heading" in row) {
      const cell = `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/><w:gridSpan w:val="2"/></w:tcPr>${paragraphs(row.heading, { style: "Turn", keepNext: true })}</w:tc>`;
      yield `<w:tr><w:trPr><w:cantSplit/></w:trPr>${cell}</w:tr>`;
      continue;
    }
    const whole = row.label.length < KEPT_WHOLE_CHARS && row.text.length < KEPT_WHOLE_CHARS ? "<w:trPr><w:cantSplit/></w:trPr>" : "";
    yield `<w:tr>${whole}<w:tc><w:tcPr><w:tcW w:w="${first}" w:type="dxa"/>${SHADED}</w:tcPr>${paragraphs(row.label, { style: "Label", keepNext: together && row !== last })}</w:tc><w:tc><w:tcPr><w:tcW w:w="${second}" w:type="dxa"/></w:tcPr>${paragraphs(row.text)}</w:tc></w:tr>`;
  }
  yield "</w:tbl>";
}
