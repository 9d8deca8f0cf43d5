// pure. What a workbook and a document have in common as packages.
import type { ExportMeta } from "./format";
import { escapeXml } from "./xml";

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

export const CORE_PROPERTIES = "docProps/core.xml";

/** `[id, kind, target]`; a kind without an address is one of Office's own. */
export function relationships(links: readonly (readonly [id: string, kind: string, target: string])[]): string {
  const all = links.map(([id, kind, target]) => {
    const type = kind.startsWith("http") ? kind : `${OFFICE_RELATIONS}/${kind}`;
    return `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;
  });
  return `${XML_HEAD}<Relationships xmlns="${PACKAGE}/relationships">${all.join("")}</Relationships>`;
}

/** The package's own links: to what it is all about, and to its properties. */
export function packageRelationships(main: string): string {
  return relationships([
    ["rId1", "officeDocument", main],
    ["rId2", `${PACKAGE}/relationships/metadata/core-properties`, CORE_PROPERTIES],
  ]);
}

/** `[path, type]` of every part that has a type of its own. */
export function contentTypes(parts: readonly (readonly [path: string, type: string])[]): string {
  const own = [...parts, [CORE_PROPERTIES, "application/vnd.openxmlformats-package.core-properties+xml"] as const];
  const overrides = own.map(([path, type]) => `<Override PartName="/${path}" ContentType="${type}"/>`);
  return `${XML_HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join("")}</Types>`;
}

/** `language`: a tag; null where nobody knows. */
export function coreProperties({
  title,
  madeAt,
  position,
  language,
}: Pick<ExportMeta, "title" | "madeAt" | "position" | "language">): string {
  const at = new Date(madeAt).toISOString().replace(/\.\d+Z$/, "Z");
  return `${XML_HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escapeXml(title)}</dc:title><dc:creator>Headwater</dc:creator><dc:description>Ledger position ${escapeXml(position)}</dc:description>${language === null ? "" : `<dc:language>${escapeXml(language)}</dc:language>`}<dcterms:created xsi:type="dcterms:W3CDTF">${at}</dcterms:created></cp:coreProperties>`;
}
