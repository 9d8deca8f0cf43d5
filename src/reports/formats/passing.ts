// How stream formats go through what they are given: rows one after the other, text in pieces worth compressing.
import type { ExportRow, ExportSource, Share } from "./format";

const CHUNK_CHARS = 65_536;
const encoder = new TextEncoder();

export async function* rowsOf(source: Pick<ExportSource, "pages">, share?: Share): AsyncGenerator<ExportRow> {
  for await (const page of source.pages(share)) yield* page;
}

export async function* chunked(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const more of texts) {
    text += more;
    if (text.length < CHUNK_CHARS) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}
