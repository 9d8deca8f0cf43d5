// One file from one place of the bucket to another: hashed on its way, never held as a whole, and there at the end or not at all.
import { createHash } from "node:crypto";
import { JobFailedError } from "../jobs";

/** Read as they come, pieces are of a few KB, and each costs the isolate a turn: half the speed. */
const PIECE_BYTES = 256 * 1024;

export interface FileDigest {
  bytes: number;
  sha256: string;
}

interface Copy {
  from: string;
  to: string;
  put: R2PutOptions;
  /** What it must be; otherwise nothing is stored. */
  expected?: FileDigest;
  /** Told while it runs; what it throws ends the copy. */
  onBytes(bytes: number): Promise<void>;
}

/** Null: there is no such file. One put takes up to 5 GiB as a stream, and shows nothing until it has all of it. */
export async function copyFile(bucket: R2Bucket, { from, to, put, expected, onBytes }: Copy): Promise<FileDigest | null> {
  const source = await bucket.get(from);
  if (source === null) return null;
  if (expected !== undefined && source.size !== expected.bytes) {
    await source.body.cancel();
    throw damaged(from);
  }
  const { readable, writable } = new FixedLengthStream(source.size);
  const hash = createHash("sha256");
  let sha256 = "";
  let cause: unknown;
  const ours = async (work: () => Promise<void> | void) => {
    try {
      await work();
    } catch (error) {
      cause = error;
      throw error;
    }
  };
  const look = (chunk: Uint8Array) =>
    ours(() => {
      hash.update(chunk);
      return onBytes(chunk.byteLength);
    });
  const judge = () =>
    ours(() => {
      sha256 = hash.digest("hex");
      if (expected !== undefined && sha256 !== expected.sha256) throw damaged(from);
    });
  // The store checks the hash as well, keeps it, and tells it to whoever compares later.
  const checked = expected === undefined ? put : { ...put, sha256: expected.sha256 };
  const [kept, pumped] = await Promise.allSettled([bucket.put(to, readable, checked), pump(source.body, writable, look, judge)]);
  // Each ends the other; what was said here is the cause, if anything was.
  if (kept.status === "rejected") throw cause ?? kept.reason;
  if (pumped.status === "rejected") throw cause ?? pumped.reason;
  return { bytes: source.size, sha256 };
}

/** The last piece waits for the judgement: once all bytes have gone, nothing keeps the store from keeping them. */
async function pump(
  from: ReadableStream<Uint8Array>,
  to: WritableStream<Uint8Array>,
  look: (chunk: Uint8Array) => Promise<void>,
  judge: () => Promise<void>,
): Promise<void> {
  const writer = to.getWriter();
  const reader = from.getReader({ mode: "byob" });
  try {
    let held: Uint8Array | null = null;
    for (;;) {
      const { value } = await reader.readAtLeast(PIECE_BYTES, new Uint8Array(PIECE_BYTES));
      if (value === undefined || value.byteLength === 0) break;
      await look(value);
      if (held !== null) await writer.write(held);
      held = value;
    }
    await judge();
    if (held !== null) await writer.write(held);
    await writer.close();
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

export function damaged(key: string): JobFailedError {
  return new JobFailedError(`The file ${key.split("/").at(-1)} of the back-up is damaged.`);
}
