// A zip, written as it is read: entries are compressed by the platform while they pass, and their sizes follow them.
import { crc32 } from "node:zlib";
import { JobFailedError } from "../../jobs";

export interface ZipEntry {
  path: string;
  data: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** Without ZIP64, which not every program reads. */
const MAX_BYTES = 0xffff_ffff;
const encoder = new TextEncoder();

interface Written {
  path: Uint8Array;
  crc: number;
  compressed: number;
  size: number;
  offset: number;
}

export async function* zip(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>, madeAt: number): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  const stamp = dosTime(madeAt);
  let offset = 0;
  for await (const { path, data } of entries) {
    const entry: Written = { path: encoder.encode(path), crc: 0, compressed: 0, size: 0, offset };
    const head = record(0x04034b50, [20, FLAGS, DEFLATE, stamp.time, stamp.date], [0, 0, 0], [entry.path.length, 0]);
    yield head;
    yield entry.path;
    for await (const chunk of deflated(chunksOf(data), entry)) {
      entry.compressed += chunk.length;
      yield chunk;
    }
    yield record(0x08074b50, [], [entry.crc, entry.compressed, entry.size], []);
    offset += head.length + entry.path.length + entry.compressed + 16;
    if (Math.max(offset, entry.size) > MAX_BYTES)
      throw new JobFailedError("The file would hold more than 4 GB; choose fewer responses, or CSV or JSON.");
    written.push(entry);
  }
  let directory = 0;
  for (const { path, crc, compressed, size, offset: at } of written) {
    const line = record(
      0x02014b50,
      [20, 20, FLAGS, DEFLATE, stamp.time, stamp.date],
      [crc, compressed, size],
      [path.length, 0, 0, 0, 0, 0, 0, at & 0xffff, at >>> 16],
    );
    yield line;
    yield path;
    directory += line.length + path.length;
  }
  yield record(0x06054b50, [0, 0, written.length, written.length], [directory, offset], [0]);
}

/** Sizes follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;

function record(signature: number, first: readonly number[], middle: readonly number[], last: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + (first.length + last.length) * 2 + middle.length * 4));
  let at = 0;
  view.setUint32(at, signature, true);
  at += 4;
  for (const value of first) {
    view.setUint16(at, value, true);
    at += 2;
  }
  for (const value of middle) {
    view.setUint32(at, value >>> 0, true);
    at += 4;
  }
  for (const value of last) {
    view.setUint16(at, value, true);
    at += 2;
  }
  return new Uint8Array(view.buffer);
}

async function* chunksOf(data: ZipEntry["data"]): AsyncGenerator<Uint8Array> {
  if (typeof data === "string") yield encoder.encode(data);
  else if (data instanceof Uint8Array) yield data;
  else yield* data;
}

async function* deflated(chunks: AsyncGenerator<Uint8Array>, entry: Written): AsyncGenerator<Uint8Array> {
  const counted = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) return controller.close();
      entry.crc = crc32(value, entry.crc);
      entry.size += value.length;
      controller.enqueue(value);
    },
    cancel: async () => void (await chunks.return(undefined)),
  });
  yield* counted.pipeThrough(new CompressionStream("deflate-raw") as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
}

function dosTime(at: number): { time: number; date: number } {
  const moment = new Date(at);
  const years = Math.max(0, moment.getUTCFullYear() - 1980);
  return {
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
    date: (years << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
  };
}
