// pure. Text as paragraphs of WordprocessingML. Word sets right-to-left writing properly only where it is told that it is: for the
// paragraph, and for each stretch of text. The order of what stands in `pPr` is the schema's; Word refuses another.
import { escapeXml } from "../xml";

export interface ParagraphLook {
  /** One of styles.ts; plain without it. */
  style?: string;
  keepNext?: boolean;
  newPage?: boolean;
  /** The side where it begins, whichever way it is read itself; without one its own. */
  side?: Side;
}

export type Side = "left" | "right";

/** What Word calls right is, in a paragraph that is read from the right, the left. */
const FAR_SIDE = '<w:jc w:val="right"/>';

const RIGHT_TO_LEFT =
  "\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}\\p{Script=Adlam}\\p{Script=Mandaic}\\p{Script=Samaritan}";
const HAS_RIGHT_TO_LEFT = new RegExp(`[${RIGHT_TO_LEFT}]`, "u");
const FIRST_LETTER = /\p{L}/u;
/** From a letter of the other direction to the last one before a letter of ours: what stands between belongs to it. */
const RIGHT_TO_LEFT_STRETCH = new RegExp(`[${RIGHT_TO_LEFT}]+(?:[^\\p{L}]+[${RIGHT_TO_LEFT}]+)*`, "gu");
const LEFT_TO_RIGHT_LETTER = `(?:(?![${RIGHT_TO_LEFT}])\\p{L})`;
const LEFT_TO_RIGHT_STRETCH = new RegExp(`${LEFT_TO_RIGHT_LETTER}+(?:[^\\p{L}]+${LEFT_TO_RIGHT_LETTER}+)*`, "gu");

/** Breaks, and where the scripts that are written from right to left lie: nearly all text has nothing of it. */
const NEEDS_CARE = /[\t-\r\u0085\u2028\u2029\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\uD802\uD803\uD83A\uD83B]/;

/** By its first letter, as the Unicode algorithm does. */
export function isRightToLeft(text: string): boolean {
  if (!NEEDS_CARE.test(text) || !HAS_RIGHT_TO_LEFT.test(text)) return false;
  return HAS_RIGHT_TO_LEFT.test(FIRST_LETTER.exec(text)?.[0] ?? "");
}

/** A line break stays within its paragraph, unless the direction changes there. */
export function paragraphs(text: string, look: ParagraphLook = {}): string {
  if (!NEEDS_CARE.test(text)) return paragraph([text], false, look);
  let xml = "";
  let lines: string[] = [];
  let direction = false;
  for (const line of text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)) {
    // A line without letters goes with the one before.
    const own: boolean = FIRST_LETTER.test(line) ? isRightToLeft(line) : direction;
    if (lines.length > 0 && own !== direction) {
      xml += paragraph(lines, direction, look);
      lines = [];
    }
    direction = own;
    lines.push(line);
  }
  return xml + paragraph(lines, direction, look);
}

function paragraph(lines: readonly string[], rightToLeft: boolean, { style, keepNext, newPage, side }: ParagraphLook): string {
  const properties =
    (style === undefined ? "" : `<w:pStyle w:val="${style}"/>`) +
    (keepNext ? "<w:keepNext/>" : "") +
    (newPage ? "<w:pageBreakBefore/>" : "") +
    (rightToLeft ? "<w:bidi/>" : "") +
    (side !== undefined && rightToLeft !== (side === "right") ? FAR_SIDE : "");
  const runs = lines.map((line) => runsOf(line, rightToLeft)).join("<w:r><w:br/></w:r>");
  return `<w:p>${properties === "" ? "" : `<w:pPr>${properties}</w:pPr>`}${runs}</w:p>`;
}

function runsOf(line: string, rightToLeft: boolean): string {
  if (!HAS_RIGHT_TO_LEFT.test(line)) return run(line, false);
  let xml = "";
  let at = 0;
  for (const { 0: stretch, index } of line.matchAll(rightToLeft ? LEFT_TO_RIGHT_STRETCH : RIGHT_TO_LEFT_STRETCH)) {
    xml += run(line.slice(at, index), rightToLeft) + run(stretch, !rightToLeft);
    at = index + stretch.length;
  }
  return xml + run(line.slice(at), rightToLeft);
}

function run(text: string, rightToLeft: boolean): string {
  if (text === "") return "";
  const words = text.split("\t").map((part) => (part === "" ? "" : `<w:t xml:space="preserve">${escapeXml(part)}</w:t>`));
  return `<w:r>${rightToLeft ? "<w:rPr><w:rtl/></w:rPr>" : ""}${words.join("<w:tab/>")}</w:r>`;
}

/** As a field, which carries its address itself: a list of addresses beside the document would grow with it. */
export function linkParagraph({ name, url }: { name: string; url: string }, side: Side): string {
  const mark = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  // A quotation mark would end the address and begin another instruction.
  const address = escapeXml(url.replaceAll('"', "%22").replaceAll("\\", "%5C"));
  const shown = `<w:r><w:rPr><w:color w:val="1F5FA8"/><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">${escapeXml(name)}</w:t></w:r>`;
  return `<w:p>${side === "right" ? `<w:pPr>${FAR_SIDE}</w:pPr>` : ""}${mark("begin")}<w:r><w:instrText xml:space="preserve"> HYPERLINK "${address}" </w:instrText></w:r>${mark("separate")}${shown}${mark("end")}</w:p>`;
}
