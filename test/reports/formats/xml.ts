// Enough of XML to say whether what we wrote is well-formed, and what is in it.

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  /** Of this element and of all within. */
  text: string;
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

/** Throws where it is not well-formed. */
export function parseXml(xml: string): Element {
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const { 0: whole, 1: closing, 2: name, 3: attributes = "", 4: empty, 5: text } of xml.matchAll(TOKEN)) {
    at += whole.length;
    const inner = open.at(-1) ?? root;
    if (text !== undefined) {
      if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(text)) throw new Error(`A bare & in ${text.slice(0, 80)}`);
      for (const element of open) element.text += unescaped(text);
    } else if (closing === "/") {
      if (inner.name !== name) throw new Error(`</${name}> ends <${inner.name}>`);
      open.pop();
    } else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, unescaped(value)]);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      inner.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  if (at !== xml.length) throw new Error(`No XML at ${JSON.stringify(xml.slice(at, at + 80))}`);
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is never closed`);
  const [element] = root.children;
  if (element === undefined) throw new Error("Nothing is in it");
  return element;
}

export function* everyElement(within: Element, name?: string): Generator<Element> {
  if (name === undefined || within.name === name) yield within;
  for (const child of within.children) yield* everyElement(child, name);
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
