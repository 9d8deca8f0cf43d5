// The file behind a signed link. The link is the credential, so there is no actor to ask.
import { eq } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { GoneError, NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { readFileLink } from "../files/link";

const { exports } = tables;

export interface OpenedFile {
  object: R2ObjectBody;
  name: string;
  expiresAt: number;
  /** Null: all of it. */
  range: { from: number; to: number; of: number } | null;
}

export async function openExportFile(
  ctx: ServiceContext,
  input: { id: string; expires: string; signature: string; range?: Headers },
): Promise<OpenedFile> {
  const expiresAt = await readFileLink(ctx.env, input.id, input.expires, input.signature);
  if (expiresAt === null) throw new NotFoundError("The file");
  const row = await ctx.db.select().from(exports).where(eq(exports.id, input.id)).get();
  if (row === undefined) throw new NotFoundError("The file");
  if (expiresAt <= ctx.now() || row.fileKey === null || row.expiresAt === null || row.expiresAt <= ctx.now()) throw gone();
  const object = await ctx.env.FILES.get(row.fileKey, input.range?.has("Range") ? { range: input.range } : {});
  if (object === null) throw gone();
  const part = object.range !== undefined && "offset" in object.range ? object.range : null;
  const from = part?.offset ?? 0;
  const length = part?.length ?? object.size - from;
  const whole = input.range?.has("Range") !== true || length === object.size;
  return {
    object,
    name: row.fileName ?? row.id,
    expiresAt: row.expiresAt,
    range: whole ? null : { from, to: from + length - 1, of: object.size },
  };
}

function gone(): GoneError {
  return new GoneError("The file has expired; make the export again.", "file_expired");
}
