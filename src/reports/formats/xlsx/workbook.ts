// The parts of a workbook that are not sheets.
import type { ZipEntry } from "../../files/zip";
import type { ExportMeta } from "../format";
import { CORE_PROPERTIES, contentTypes, coreProperties, OFFICE_RELATIONS, packageRelationships, relationships, XML_HEAD } from "../office";
import { escapeXml } from "../xml";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

export function sheetFile(number: number): string {
  return `worksheets/sheet${number}.xml`;
}

export function workbookParts(sheets: readonly { name: string; number: number }[], meta: ExportMeta): ZipEntry[] {
  const list = sheets.map(({ name, number }) => `<sheet name="${escapeXml(name)}" sheetId="${number}" r:id="rId${number}"/>`).join("");
  return [
    {
      path: "xl/workbook.xml",
      // Opens on the responses; the summary is a tab to the left.
      data: `${XML_HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE_RELATIONS}"><bookViews><workbookView activeTab="1"/></bookViews><sheets>${list}</sheets></workbook>`,
    },
    {
      path: "xl/_rels/workbook.xml.rels",
      data: relationships([
        ...sheets.map(({ number }) => [`rId${number}`, "worksheet", sheetFile(number)] as const),
        ["rIdStyles", "styles", "styles.xml"] as const,
      ]),
    },
    { path: "xl/styles.xml", data: STYLES_XML },
    { path: CORE_PROPERTIES, data: coreProperties(meta) },
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

/** In the order of STYLES in sheet.ts: plain, header, date, moment, title, heading, text, truth. */
const STYLES_XML = `${XML_HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="&quot;TRUE&quot;;&quot;TRUE&quot;;&quot;FALSE&quot;"/></numFmts><fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="16"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/><bottom style="thin"><color rgb="FF8FA3B5"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
