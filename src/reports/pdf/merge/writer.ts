// A PDF written from front to back, one object after the other, so that a thousand pages never stand in memory together.
import { PDFArray, type PDFContext, PDFDict, type PDFObject, PDFRawStream, PDFRef } from "@cantoo/pdf-lib";

const encoder = new TextEncoder();
/** What is collected before it is handed on. */
const PIECE_BYTES = 256 * 1024;

export class PdfWriter {
  readonly #offsets: number[] = [];
  #at = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #next: number;

  /** Numbers below `reserved` are given by the caller. */
  constructor(reserved: number) {
    this.#next = reserved;
    // Four bytes above 127, as the standard asks, so that nobody takes it for text.
    this.#put(new Uint8Array([...encoder.encode("%PDF-1.7\n%"), 0xe2, 0xe3, 0xcf, 0xd3, 0x0a]));
  }

  reserve(): number {
    return this.#next++;
  }

  write(number: number, object: PDFObject): void {
    this.#offsets[number] = this.#at;
    const head = encoder.encode(`${number} 0 obj\n`);
    const tail = encoder.encode("\nendobj\n");
    const bytes = new Uint8Array(head.length + object.sizeInBytes() + tail.length);
    bytes.set(head);
    object.copyBytesInto(bytes, head.length);
    bytes.set(tail, bytes.length - tail.length);
    this.#put(bytes);
  }

  /** What may go out by now; empty until there is enough of it. */
  *take(all = false): Generator<Uint8Array> {
    if (!all && this.#heldBytes < PIECE_BYTES) return;
    const whole = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const part of this.#held) {
      whole.set(part, at);
      at += part.length;
    }
    [this.#held, this.#heldBytes] = [[], 0];
    yield whole;
  }

  finish(root: number, info: number, id: string): void {
    const start = this.#at;
    const entries = Array.from({ length: this.#next }, (_, number) => {
      const offset = this.#offsets[number];
      return offset === undefined ? "0000000000 65535 f \n" : `${String(offset).padStart(10, "0")} 00000 n \n`;
    });
    this.#put(
      encoder.encode(
        `xref\n0 ${this.#next}\n${entries.join("")}trailer\n<< /Size ${this.#next} /Root ${root} 0 R /Info ${info} 0 R /ID [<${id}> <${id}>] >>\nstartxref\n${start}\n%%EOF\n`,
      ),
    );
  }

  #put(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#at += bytes.length;
  }
}

/** A copy in which every reference has its new number. */
export function renumbered(context: PDFContext, object: PDFObject, to: (from: number) => number): PDFObject {
  if (object instanceof PDFRef) return PDFRef.of(to(object.objectNumber));
  if (object instanceof PDFRawStream) return PDFRawStream.of(renumberedDict(context, object.dict, to), object.contents);
  if (object instanceof PDFDict) return renumberedDict(context, object, to);
  if (!(object instanceof PDFArray)) return object;
  const copy = PDFArray.withContext(context);
  for (const value of object.asArray()) copy.push(renumbered(context, value, to));
  return copy;
}

export function renumberedDict(context: PDFContext, dict: PDFDict, to: (from: number) => number): PDFDict {
  const copy = PDFDict.withContext(context);
  for (const [key, value] of dict.entries()) copy.set(key, renumbered(context, value, to));
  return copy;
}

export function hasReferences(object: PDFObject): boolean {
  if (object instanceof PDFRef) return true;
  if (object instanceof PDFRawStream) return hasReferences(object.dict);
  if (object instanceof PDFDict) return object.values().some(hasReferences);
  return object instanceof PDFArray && object.asArray().some(hasReferences);
}
