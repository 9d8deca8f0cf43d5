// A file in one request: looked at, stored as it streams, complete when the reply leaves.
import { and, eq } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { InvalidError, TooLargeError } from "../shared/errors";
import { tables } from "../store";
import { type Announced, admit, refusal, refuseUnfit, reserve } from "./begin";
import { lookAt, WrongLengthError } from "./bytes";
import { judge } from "./judge";
import { MAX_IN_ONE_REQUEST } from "./limits";
import { removeUploads, type Upload } from "./rows";
import { scanStarted } from "./scan";

const { uploads } = tables;

export async function uploadFile(
  ctx: ServiceContext,
  input: Omit<Announced, "size"> & { length: number | null; body: ReadableStream<Uint8Array> | null },
): Promise<Upload> {
  const { length, body, ...announced } = input;
  if (length === null) throw lengthRequired();
  if (length > MAX_IN_ONE_REQUEST) {
    throw new TooLargeError(`In one request at most ${MAX_IN_ONE_REQUEST / 1_048_576} MiB; send it in parts.`);
  }
  const admitted = await admit(ctx, { ...announced, size: length });
  const { question, name } = admitted;
  if (body === null) throw refusal(question, { code: "empty", message: "The file is empty." });
  const incoming = await lookAt(body);
  const judged = judge({ name, declared: announced.type, head: incoming.head });
  if (!judged.ok) throw refusal(question, { code: "lying_type", message: judged.message });
  refuseUnfit(question, { size: length, type: judged.type, name });
  const row = await reserve(ctx, admitted, { type: judged.type, size: length });
  try {
    await incoming.send(length, (bytes) => ctx.env.FILES.put(row.fileKey, bytes, { httpMetadata: { contentType: row.type } }));
    return await finish(ctx, row);
  } catch (error) {
    await removeUploads(ctx, [row]);
    throw error instanceof WrongLengthError ? wrongLength(length) : error;
  }
}

/** From here on a response may name it. */
export async function finish(ctx: ServiceContext, row: Upload): Promise<Upload> {
  const done = {
    status: "complete",
    multipartId: null,
    completedAt: ctx.now(),
    scan: ctx.env.UPLOAD_SCAN_URL ? "pending" : "none",
  } as const;
  await ctx.db
    .update(uploads)
    .set(done)
    .where(and(eq(uploads.id, row.id), eq(uploads.workspaceId, row.workspaceId), eq(uploads.status, "open")));
  return scanStarted(ctx, { ...row, ...done });
}

export function lengthRequired(): InvalidError {
  const message = "Say how many bytes follow, in the header Content-Length.";
  return new InvalidError("The length of the body is not known.", [{ path: "content-length", message, code: "length_required" }]);
}

export function wrongLength(length: number): InvalidError {
  const message = `Exactly ${length} bytes were announced, and others came.`;
  return new InvalidError("The body was cut off, or is longer than announced.", [{ path: "", message, code: "wrong_length" }]);
}
