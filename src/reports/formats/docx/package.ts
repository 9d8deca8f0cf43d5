// A document as a zip: the parts that are known beforehand, then its body as it is written. The order of elements is the schema's
// throughout; Word calls a document in another order damaged.
import type { ZipEntry } from "../../files/zip";
import { zip } from "../../files/zip";
import type { ExportMeta, ExportSource } from "../format";
import { isFromRight, languageOf, sideOf } from "../language";
import { CORE_PROPERTIES, contentTypes, coreProperties, OFFICE_RELATIONS, packageRelationships, relationships, XML_HEAD } from "../office";
import { chunked } from "../passing";
import { escapeXml } from "../xml";
import { STYLES } from "./styles";
import { MARGIN, PAGES } from "./table";
import { paragraphs } from "./text";
import { sayIn } from "./words";

const NAMESPACES = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${OFFICE_RELATIONS}"`;
const TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/** `hasCover`: the first page is one, and shows neither the title once more nor a number. */
export function documentOf(source: Written, body: AsyncIterable<string>, hasCover: boolean): AsyncGenerator<Uint8Array> {
  return zip(parts(source, body, hasCover), source.meta.madeAt);
}

type Written = Pick<ExportSource, "meta" | "schemas">;

function* parts(source: Written, body: AsyncIterable<string>, hasCover: boolean): Generator<ZipEntry> {
  const { meta } = source;
  const language = languageOf(source);
  const title = paragraphs(meta.title, { style: "Header", side: sideOf(source) });
  yield {
    path: "[Content_Types].xml",
    data: contentTypes([
      ["word/document.xml", `${TYPE}.document.main+xml`],
      ["word/styles.xml", `${TYPE}.styles+xml`],
      ["word/settings.xml", `${TYPE}.settings+xml`],
      ["word/header1.xml", `${TYPE}.header+xml`],
      ["word/footer1.xml", `${TYPE}.footer+xml`],
    ]),
  };
  yield { path: "_rels/.rels", data: packageRelationships("word/document.xml") };
  yield { path: CORE_PROPERTIES, data: coreProperties({ ...meta, language }) };
  yield {
    path: "word/_rels/document.xml.rels",
    data: relationships([
      ["rId1", "styles", "styles.xml"],
      ["rId2", "settings", "settings.xml"],
      ["rId3", "header", "header1.xml"],
      ["rId4", "footer", "footer1.xml"],
    ]),
  };
  yield { path: "word/styles.xml", data: `${XML_HEAD}<w:styles ${NAMESPACES}>${STYLES(language)}</w:styles>` };
  yield { path: "word/settings.xml", data: SETTINGS };
  yield { path: "word/header1.xml", data: `${XML_HEAD}<w:hdr ${NAMESPACES}>${title}</w:hdr>` };
  yield { path: "word/footer1.xml", data: `${XML_HEAD}<w:ftr ${NAMESPACES}>${footer(source)}</w:ftr>` };
  yield { path: "word/document.xml", data: chunked(whole(meta, body, hasCover)) };
}

async function* whole(meta: ExportMeta, body: AsyncIterable<string>, hasCover: boolean): AsyncGenerator<string> {
  yield `${XML_HEAD}<w:document ${NAMESPACES}><w:body>`;
  yield* body;
  const { width, height } = PAGES[paperOf(meta)];
  const margins = ["top", "right", "bottom", "left"].map((side) => `w:${side}="${MARGIN}"`).join(" ");
  // A body does not end with a table.
  yield `<w:p/><w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/><w:pgSz w:w="${width}" w:h="${height}"/><w:pgMar ${margins} w:header="567" w:footer="567" w:gutter="0"/>${hasCover ? "<w:titlePg/>" : ""}</w:sectPr></w:body></w:document>`;
}

export function paperOf({ options }: Pick<ExportMeta, "options">): keyof typeof PAGES {
  return options.paper ?? "a4";
}

/** The position where one begins to read, the page's number at the other end. */
function footer(source: Written): string {
  const { meta } = source;
  const end = PAGES[paperOf(meta)].width - 2 * MARGIN;
  const fromRight = isFromRight(source);
  const letters = fromRight ? "<w:rPr><w:rtl/></w:rPr>" : "";
  const number = (field: string) => `<w:fldSimple w:instr=" ${field} "><w:r>${letters}<w:t>1</w:t></w:r></w:fldSimple>`;
  const said = `<w:r>${letters}<w:t xml:space="preserve">${escapeXml(`${sayIn(meta.language)("Ledger position")} ${meta.position}`)}</w:t></w:r><w:r><w:tab/></w:r>`;
  const tabs = `<w:tabs><w:tab w:val="right" w:pos="${end}"/></w:tabs>${fromRight ? "<w:bidi/>" : ""}`;
  return `<w:p><w:pPr><w:pStyle w:val="Footer"/>${tabs}</w:pPr>${said}${number("PAGE")}<w:r>${letters}<w:t xml:space="preserve"> / </w:t></w:r>${number("NUMPAGES")}</w:p>`;
}

/** Answers are in whatever language people like: nothing in them is underlined as a mistake of ours. */
const SETTINGS = `${XML_HEAD}<w:settings ${NAMESPACES}><w:zoom w:percent="100"/><w:hideSpellingErrors/><w:hideGrammaticalErrors/><w:defaultTabStop w:val="709"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`;
