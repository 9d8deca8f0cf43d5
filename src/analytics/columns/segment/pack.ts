// pure. What lies on disk: version, checksum, and the bytes deflated. Whatever cannot be read is told apart from whatever was never
// written, so that it is made again instead of being believed.
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** Raise it when the bytes of a segment change their meaning: everything of another version is made again. */
export const FORMAT_VERSION = 1;
const HEADER_BYTES = 16;
const MAGIC = 0x5a435748;
/** Half of the gain for a third of the time. */
const LEVEL = 5;

export class DamagedSegment extends Error {}

export function pack(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const deflated = deflateRawSync(raw, { level: LEVEL });
  const packed = new Uint8Array(HEADER_BYTES + deflated.byteLength);
  new Uint32Array(packed.buffer, 0, 4).set([MAGIC, FORMAT_VERSION, raw.byteLength, crc32(raw)]);
  packed.set(deflated, HEADER_BYTES);
  return packed;
}

export function unpack(packed: Uint8Array): Uint8Array {
  if (packed.byteLength < HEADER_BYTES) throw new DamagedSegment("The bytes of a segment are cut short.");
  const [magic, version, length = 0, checksum] = new Uint32Array(packed.slice(0, HEADER_BYTES).buffer);
  if (magic !== MAGIC || version !== FORMAT_VERSION) throw new DamagedSegment("The bytes of a segment are of another format.");
  let raw: Uint8Array;
  try {
    // A buffer that is exactly full makes workerd ask for another, of which then nothing is used.
    const room = length + 64;
    const inflated = inflateRawSync(packed.subarray(HEADER_BYTES), { chunkSize: room, maxOutputLength: 2 * room });
    // Into a buffer of its own, no longer than it must be: it will be held for a while.
    raw = new Uint8Array(inflated);
  } catch (error) {
    throw new DamagedSegment("The bytes of a segment cannot be inflated.", { cause: error });
  }
  if (raw.byteLength !== length || crc32(raw) !== checksum)
    throw new DamagedSegment("The bytes of a segment are not those that were written.");
  return raw;
}
