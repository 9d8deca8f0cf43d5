// What LibreOffice understood of a file, read from the flat OpenDocument it writes: each cell with its type.

export interface OpenCell {
  type: string;
  /** Of numbers, dates and booleans: exactly what is in the cell. */
  value: string;
  text: string;
}

export function cellsOfSheets(xml: string): Map<string, OpenCell[][]> {
  const sheets = new Map<string, OpenCell[][]>();
  for (const [, name = "", body = ""] of xml.matchAll(/<table:table table:name="([^"]*)"[^>]*>([\s\S]*?)<\/table:table>/g)) {
    const rows: OpenCell[][] = [];
    for (const [, attributes = "", cells = ""] of body.matchAll(/<table:table-row([^>]*?)(?:\/>|>([\s\S]*?)<\/table:table-row>)/g)) {
      const row = cellsOf(cells);
      // Rows without content stand for themselves and for all that follow them to the end of the sheet.
      if (row.length === 0 && /number-rows-repeated/.test(attributes)) continue;
      rows.push(row);
    }
    while (rows.at(-1)?.length === 0) rows.pop();
    sheets.set(unescapeXml(name), rows);
  }
  return sheets;
}

function cellsOf(xml: string): OpenCell[] {
  const cells: OpenCell[] = [];
  for (const [, attributes = "", content = ""] of xml.matchAll(/<table:table-cell([^>]*?)(?:\/>|>([\s\S]*?)<\/table:table-cell>)/g)) {
    const of = (name: string) => new RegExp(`office:${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
    const repeated = Number(/number-columns-repeated="(\d+)"/.exec(attributes)?.[1] ?? 1);
    const type = of("value-type");
    const cell = { type, value: of("value") || of("date-value") || of("boolean-value"), text: paragraphs(content).join("\n") };
    for (let i = 0; i < Math.min(repeated, type === "" ? 50 : repeated); i++) cells.push(cell);
  }
  while (cells.at(-1)?.type === "") cells.pop();
  return cells;
}

export function textOfDocument(xml: string): string {
  const body = /<office:text[\s\S]*<\/office:text>/.exec(xml)?.[0] ?? "";
  return paragraphs(body).join("\n");
}

function paragraphs(xml: string): string[] {
  return [...xml.matchAll(/<text:(p|h)\b[^>]*?(?:\/>|>([\s\S]*?)<\/text:\1>)/g)].map(([, , content = ""]) =>
    unescapeXml(
      content
        .replace(/<text:s text:c="(\d+)"\/>/g, (_, count: string) => " ".repeat(Number(count)))
        .replace(/<text:s\/>/g, " ")
        .replace(/<text:tab\/>/g, "\t")
        .replace(/<text:line-break\/>/g, "\n")
        .replace(/<[^>]+>/g, ""),
    ),
  );
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return named[name] ?? whole;
  });
}
