// What a mail carries is read from the bucket when the mail is sent, not before.
import type { ServiceContext } from "../shared/context";
import { withTimeLimit } from "../shared/time-limit";
import type { MailBody } from "./open-body";
import { MailRefusedError, type OutgoingAttachment } from "./transport";

const READ_LIMIT_MS = 10_000;
const NOT_ASCII = /[^\x20-\x7e]+/g;

export async function readAttachments(
  ctx: ServiceContext,
  body: MailBody,
  showsPictures: boolean,
): Promise<OutgoingAttachment[] | undefined> {
  if (body.attachments === undefined) return undefined;
  const found: OutgoingAttachment[] = [];
  for (const { name, type, cid, data, key } of body.attachments) {
    if (cid !== undefined && !showsPictures) continue;
    const content = data ?? (key === undefined ? null : await readFile(ctx, key));
    // It was deleted meanwhile, and will not come back: the letter alone would promise what it does not carry.
    if (content === null) throw new MailRefusedError("What it should carry is gone.", true);
    found.push({ name: name.replace(/["\\]/g, "").replace(NOT_ASCII, "-"), type, content, ...(cid === undefined ? {} : { cid }) });
  }
  return found;
}

async function readFile(ctx: ServiceContext, key: string): Promise<string | null> {
  const object = await withTimeLimit("reading an attachment", READ_LIMIT_MS, ctx.env.FILES.get(key));
  return object === null ? null : (await object.bytes()).toBase64();
}
