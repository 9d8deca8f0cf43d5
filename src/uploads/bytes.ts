// Bytes on their way into the bucket: looked at from the front, counted by the platform, never held as a whole.
import { HEAD_BYTES } from "./sniff";

export interface Incoming {
  head: Uint8Array;
  /** Hands on what was looked at, and then the rest; fails when it is not exactly `length` bytes. */
  send<T>(length: number, sink: (body: ReadableStream<Uint8Array>) => Promise<T>): Promise<T>;
  cancel(): Promise<void>;
}

export class WrongLengthError extends Error {}

export async function lookAt(body: ReadableStream<Uint8Array>): Promise<Incoming> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let seen = 0;
  while (seen < HEAD_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    seen += value.byteLength;
  }
  reader.releaseLock();
  return {
    head: joined(chunks, Math.min(seen, HEAD_BYTES)),
    cancel: () => body.cancel().catch(() => {}),
    send: async (length, sink) => {
      const { readable, writable } = new FixedLengthStream(length);
      const [kept, pumped] = await Promise.allSettled([sink(readable), pump(chunks, body, writable)]);
      // Too many or too few bytes fail both; whose fault it was, the pump knows.
      if (pumped.status === "rejected") throw new WrongLengthError(String(pumped.reason));
      if (kept.status === "rejected") throw kept.reason;
      return kept.value;
    },
  };
}

async function pump(chunks: readonly Uint8Array[], rest: ReadableStream<Uint8Array>, into: WritableStream<Uint8Array>): Promise<void> {
  const writer = into.getWriter();
  try {
    for (const chunk of chunks) await writer.write(chunk);
  } catch (error) {
    await writer.abort(error).catch(() => {});
    await rest.cancel(error).catch(() => {});
    throw error;
  }
  writer.releaseLock();
  await rest.pipeTo(into);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const head = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - at);
    head.set(part, at);
    at += part.length;
  }
  return head;
}
