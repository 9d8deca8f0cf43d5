// pure. How a document looks, said once; paragraphs and tables only name it.
const DARK = "1F3347";
const QUIET = "6B7C8C";
const LINE = "D5DEE6";

interface ParagraphStyle {
  id: string;
  name: string;
  /** Of the paragraph, of the letters: each in the order of the schema. */
  paragraph?: string;
  letters?: string;
  next?: string;
}

function size(halfPoints: number): string {
  return `<w:sz w:val="${halfPoints}"/><w:szCs w:val="${halfPoints}"/>`;
}

const color = (hex: string) => `<w:color w:val="${hex}"/>`;
const bold = "<w:b/><w:bCs/>";

const PARAGRAPHS: readonly ParagraphStyle[] = [
  {
    id: "Title",
    name: "Title",
    next: "Normal",
    paragraph: '<w:spacing w:before="0" w:after="360"/>',
    letters: bold + color(DARK) + size(52),
  },
  ...([1, 2, 3] as const).map((level) => ({
    id: `Heading${level}`,
    name: `heading ${level}`,
    next: "Normal",
    paragraph: `<w:keepNext/><w:keepLines/><w:spacing w:before="${[0, 360, 280][level - 1]}" w:after="${[240, 60, 100][level - 1]}"/><w:outlineLvl w:val="${level - 1}"/>`,
    letters: bold + color(DARK) + size([36, 26, 23][level - 1] ?? 23),
  })),
  { id: "Overline", name: "Overline", paragraph: '<w:spacing w:before="1200" w:after="120"/>', letters: color(QUIET) },
  { id: "Byline", name: "Byline", paragraph: '<w:keepNext/><w:spacing w:before="0" w:after="100"/>', letters: color(QUIET) + size(18) },
  { id: "Label", name: "Label", letters: color("3D4E5F") },
  { id: "Turn", name: "Turn", paragraph: '<w:keepNext/><w:spacing w:before="80" w:after="0"/>', letters: bold + color(DARK) },
  { id: "Header", name: "header", letters: color(QUIET) + size(17) },
  { id: "Footer", name: "footer", letters: color(QUIET) + size(17) },
];

const border = (side: string, value: "single" | "nil") =>
  value === "nil" ? `<w:${side} w:val="nil"/>` : `<w:${side} w:val="single" w:sz="4" w:space="0" w:color="${LINE}"/>`;
const BORDERS =
  border("top", "single") +
  border("left", "nil") +
  border("bottom", "single") +
  border("right", "nil") +
  border("insideH", "single") +
  border("insideV", "nil");
const CELLS =
  '<w:tblCellMar><w:top w:w="60" w:type="dxa"/><w:left w:w="100" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>';

/** Without one named, Word sets Chinese, Japanese and Korean in a book face of another age. */
const EAST_ASIAN: readonly (readonly [RegExp, string])[] = [
  [/^ja\b/i, "Yu Gothic"],
  [/^ko\b/i, "Malgun Gothic"],
  [/^(yue|zh-(tw|hk|mo|hant))\b/i, "Microsoft JhengHei"],
];

/** `language`: as languageOf() knows it. */
export function STYLES(language: string | null): string {
  const speaks = language === null ? "" : `<w:lang w:val="${language}" w:eastAsia="${language}" w:bidi="${language}"/>`;
  const eastAsian = EAST_ASIAN.find(([tag]) => tag.test(language ?? ""))?.[1] ?? "Microsoft YaHei";
  const fonts = `<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="${eastAsian}" w:cs="Arial"/>`;
  return `<w:docDefaults><w:rPrDefault><w:rPr>${fonts}${size(21)}${speaks}</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>${PARAGRAPHS.map(paragraphStyle).join("")}<w:style w:type="table" w:customStyle="1" w:styleId="Answers"><w:name w:val="Answers"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>${BORDERS}</w:tblBorders>${CELLS}</w:tblPr></w:style>`;
}

function paragraphStyle({ id, name, next, paragraph = "", letters = "" }: ParagraphStyle): string {
  const isOurs = ["Overline", "Byline", "Label", "Turn"].includes(id);
  const rest = (paragraph === "" ? "" : `<w:pPr>${paragraph}</w:pPr>`) + (letters === "" ? "" : `<w:rPr>${letters}</w:rPr>`);
  return `<w:style w:type="paragraph"${isOurs ? ' w:customStyle="1"' : ""} w:styleId="${id}"><w:name w:val="${name}"/><w:basedOn w:val="Normal"/>${next === undefined ? "" : `<w:next w:val="${next}"/>`}<w:qFormat/>${rest}</w:style>`;
}
