// The parts of a workbook that are not sheets.
import type { ZipEntry } from "../../files/zip";
import type { ExportSource } from "../format";
import { isFromRight, languageOf } from "../language";
import { CORE_PROPERTIES, contentTypes, coreProperties, OFFICE_RELATIONS, packageRelationships, relationships, XML_HEAD } from "../office";
import { escapeXml } from "../xml";
import { STYLES } from "./sheet";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

export function sheetFile(number: number): string {
  return `worksheets/sheet${number}.xml`;
}

export function workbookParts(
  sheets: readonly { name: string; number: number }[],
  source: Pick<ExportSource, "meta" | "schemas">,
): ZipEntry[] {
  const { meta } = source;
  const list = sheets.map(({ name, number }) => `<sheet name="${escapeXml(name)}" sheetId="${number}" r:id="rId${number}"/>`).join("");
  // The head of a table stands on each page of it that is printed.
  const heads = sheets.slice(1).map(({ name, number }) => {
    const quoted = escapeXml(name.replaceAll("'", "''"));
    return `<definedName name="_xlnm.Print_Titles" localSheetId="${number - 1}">'${quoted}'!$1:$1</definedName>`;
  });
  const printed = heads.length === 0 ? "" : `<definedNames>${heads.join("")}</definedNames>`;
  return [
    {
      path: "xl/workbook.xml",
      // Opens on the responses; the summary is a tab to the left.
      data: `${XML_HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE_RELATIONS}"><bookViews><workbookView activeTab="1"/></bookViews><sheets>${list}</sheets>${printed}</workbook>`,
    },
    {
      path: "xl/_rels/workbook.xml.rels",
      data: relationships([
        ...sheets.map(({ number }) => [`rId${number}`, "worksheet", sheetFile(number)] as const),
        ["rIdStyles", "styles", "styles.xml"] as const,
      ]),
    },
    { path: "xl/styles.xml", data: stylesXml(isFromRight(source)) },
    { path: CORE_PROPERTIES, data: coreProperties({ ...meta, language: languageOf(source) }) },
    { path: "_rels/.rels", data: packageRelationships("xl/workbook.xml") },
    {
      path: "[Content_Types].xml",
      data: contentTypes([
        ["xl/workbook.xml", `${TYPE}.sheet.main+xml`],
        ["xl/styles.xml", `${TYPE}.styles+xml`],
        ...sheets.map(({ number }) => [`xl/${sheetFile(number)}`, `${TYPE}.worksheet+xml`] as const),
      ]),
    },
  ];
}

const NUMBERS = ["yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm:ss", '"TRUE";"TRUE";"FALSE"', "0.0%"];
const [DATE = 0, MOMENT = 0, TRUTH = 0, SHARE = 0] = NUMBERS.map((_, i) => 164 + i);
/** Numbers of formats that every workbook knows. */
const [GENERAL, TWO_PLACES, TEXT] = [0, 2, 49];
const [PLAIN, BOLD, LARGE] = [0, 1, 2];

interface CellStyle {
  number?: number;
  font?: number;
  isHeader?: boolean;
  aligned?: "left" | "right";
  /** Where one cell of a row runs over several lines the others stand beside the first of them. */
  top?: boolean;
  wraps?: boolean;
}

const CELL_STYLES: Readonly<Record<keyof typeof STYLES, CellStyle>> = {
  plain: {},
  header: { number: TEXT, font: BOLD, isHeader: true, wraps: true },
  date: { number: DATE, aligned: "left" },
  moment: { number: MOMENT, aligned: "left" },
  title: { number: TEXT, font: LARGE },
  heading: { number: TEXT, font: BOLD, top: true, wraps: true },
  text: { number: TEXT },
  truth: { number: TRUTH },
  numbers: { number: TEXT, font: BOLD, aligned: "right", top: true },
  wrapped: { number: TEXT, top: true, wraps: true },
  count: { top: true },
  average: { number: TWO_PLACES, top: true },
  share: { number: SHARE, top: true },
  fact: { aligned: "left", top: true },
  factMoment: { number: MOMENT, aligned: "left", top: true },
  numberHeader: { number: TEXT, font: BOLD, isHeader: true, aligned: "right", wraps: true },
};

/** In a sheet that is read from the right everything begins there, whatever it is. */
function cellStyle(
  { number = GENERAL, font = PLAIN, isHeader = false, aligned, top = false, wraps = false }: CellStyle,
  fromRight: boolean,
): string {
  const head = isHeader ? 1 : 0;
  const side = fromRight ? "right" : aligned;
  const place = `${side === undefined ? "" : ` horizontal="${side}"`}${top ? ' vertical="top"' : ""}${wraps ? ' wrapText="1"' : ""}`;
  const alignment = place === "" ? "/>" : ` applyAlignment="1"><alignment${place}/></xf>`;
  return `<xf numFmtId="${number}" fontId="${font}" fillId="${2 * head}" borderId="${head}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"${alignment}`;
}

function stylesXml(fromRight: boolean): string {
  const formats = NUMBERS.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escapeXml(code)}"/>`).join("");
  const inOrder = Object.entries(CELL_STYLES).sort(([a], [b]) => STYLES[a as keyof typeof STYLES] - STYLES[b as keyof typeof STYLES]);
  const cells = inOrder.map(([name, style]) => cellStyle(style, fromRight && name !== "plain")).join("");
  const font = (bold: boolean, points: number) => `<font>${bold ? "<b/>" : ""}<sz val="${points}"/><name val="Calibri"/></font>`;
  return `${XML_HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="${NUMBERS.length}">${formats}</numFmts><fonts count="3">${font(false, 11)}${font(true, 11)}${font(true, 16)}</fonts>${FILLS}${BORDERS}<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${inOrder.length}">${cells}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}

const FILLS =
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill></fills>';
const BORDERS =
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/><bottom style="thin"><color rgb="FF8FA3B5"/></bottom><diagonal/></border></borders>';
