// pure. How many pixels a picture unfolds to, by its own head: a few kilobytes can say a billion, and whoever draws it has to hold them.

export interface PictureSize {
  width: number;
  height: number;
}

/** Null: not one of these, or not whole enough to say. */
export function pictureSize(bytes: Uint8Array): PictureSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const says = (at: number, text: string) => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  try {
    if (says(1, "PNG") && says(12, "IHDR")) return { width: view.getUint32(16), height: view.getUint32(20) };
    if (says(0, "GIF8")) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (says(0, "RIFF") && says(8, "WEBP")) return webpSize(view, says);
    return bytes[0] === 0xff && bytes[1] === 0xd8 ? jpegSize(view) : null;
  } catch (error) {
    // Cut off before it has said so.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function webpSize(view: DataView, says: (at: number, text: string) => boolean): PictureSize | null {
  if (says(12, "VP8X")) return { width: three(view, 24) + 1, height: three(view, 27) + 1 };
  if (says(12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return says(12, "VP8 ") ? { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff } : null;
}

const three = (view: DataView, at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;

/** From segment to segment, to the one that begins a frame. */
function jpegSize(view: DataView): PictureSize | null {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const kind = view.getUint8(at + 1);
    if (kind === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // What follows the start of the scan has no segments.
    if (kind === 0xda || kind === 0xd9) return null;
    at += 2 + view.getUint16(at + 2);
  }
}
