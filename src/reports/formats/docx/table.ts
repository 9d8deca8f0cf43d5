// pure. Tables of questions and answers. Their columns are as wide as we say: a table that measures its own text is what makes Word
// slow over thousands of them.
import type { Link } from "../answers";
import { isRightToLeft, linkParagraph, paragraphs, type Side } from "./text";

/** In twentieths of a point, between margins of 2 cm. */
export const PAGES = {
  a4: { width: 11_906, height: 16_838 },
  letter: { width: 12_240, height: 15_840 },
} as const;
export const MARGIN = 1_134;

export type TableRow = { label: string; text: string; links?: readonly Link[] } | { heading: string };

/** A row as long as this may break over pages; a shorter one stays whole. */
const KEPT_WHOLE_CHARS = 600;
/** A number or a name stands beside its question, on whichever side that is; a longer text keeps the side it is read from. */
const ONE_LINE_CHARS = 60;
const LOOK = '<w:tblLook w:val="0000" w:firstRow="0" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>';
const SHADED = '<w:shd w:val="clear" w:color="auto" w:fill="F3F6F9"/>';
const WHOLE = "<w:trPr><w:cantSplit/></w:trPr>";
const MAX_KNOWN = 2_000;

/** Tables of one shape: what stands in the first column is the same in thousands of them. */
export class Tables {
  readonly #width: number;
  readonly #first: number;
  readonly #labels = new Map<string, string>();

  /** `labels`: of the width, for the first column. */
  constructor(paper: keyof typeof PAGES, labels: number) {
    this.#width = PAGES[paper].width - 2 * MARGIN;
    this.#first = Math.round(this.#width * labels);
  }

  /** `mirrored`: the first column stands on the right. `together`: on one page, with the heading before it; for few and short rows. */
  write(rows: readonly TableRow[], { mirrored = false, together = false } = {}): string {
    const second = this.#width - this.#first;
    const side: Side = mirrored ? "right" : "left";
    const last = rows.at(-1);
    let xml = `<w:tbl><w:tblPr><w:tblStyle w:val="Answers"/>${mirrored ? "<w:bidiVisual/>" : ""}<w:tblW w:w="${this.#width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>${LOOK}</w:tblPr><w:tblGrid><w:gridCol w:w="${this.#first}"/><w:gridCol w:w="${second}"/></w:tblGrid>`;
    for (const row of rows) {
      if ("heading" in row) {
        xml += `<w:tr>${WHOLE}<w:tc><w:tcPr><w:tcW w:w="${this.#width}" w:type="dxa"/><w:gridSpan w:val="2"/></w:tcPr>${paragraphs(row.heading, { style: "Turn", keepNext: true, side })}</w:tc></w:tr>`;
        continue;
      }
      const isShort = row.label.length < KEPT_WHOLE_CHARS && row.text.length < KEPT_WHOLE_CHARS;
      const label = this.#label(row.label, { keepNext: together && row !== last, side });
      const look = row.text.length <= ONE_LINE_CHARS ? { side } : {};
      const answer = row.links === undefined ? paragraphs(row.text, look) : row.links.map((link) => linkParagraph(link, side)).join("");
      xml += `<w:tr>${isShort ? WHOLE : ""}${label}<w:tc><w:tcPr><w:tcW w:w="${second}" w:type="dxa"/></w:tcPr>${answer}</w:tc></w:tr>`;
    }
    return `${xml}</w:tbl>`;
  }

  #label(text: string, look: { keepNext: boolean; side: Side }): string {
    const key = `${look.keepNext ? "+" : "-"}${look.side} ${text}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const cell = `<w:tc><w:tcPr><w:tcW w:w="${this.#first}" w:type="dxa"/>${SHADED}</w:tcPr>${paragraphs(text, { style: "Label", ...look })}</w:tc>`;
    if (this.#labels.size < MAX_KNOWN) this.#labels.set(key, cell);
    return cell;
  }
}

/** Where most questions are read from the right. */
export function isMirrored(rows: readonly TableRow[]): boolean {
  return rows.filter((row) => "label" in row && isRightToLeft(row.label)).length * 2 > rows.length;
}
