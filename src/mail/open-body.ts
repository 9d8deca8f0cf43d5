import { z } from "zod";
import { openSealed } from "../shared/crypto";
import { MAIL_PURPOSE } from "./message";

const Attachment = z.object({
  name: z.string(),
  type: z.string(),
  cid: z.string().optional(),
  /** base64, of what is small; `key` of what lies in the bucket. */
  data: z.string().optional(),
  key: z.string().optional(),
  size: z.number().int().optional(),
});
export type MailAttachment = z.infer<typeof Attachment>;

const Body = z.object({
  html: z.string(),
  text: z.string(),
  /** For who cannot show pictures. */
  plainHtml: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  attachments: z.array(Attachment).optional(),
});
export type MailBody = z.infer<typeof Body>;

export async function openBody(env: Env, sealed: string): Promise<MailBody> {
  return Body.parse(JSON.parse(await openSealed(env, MAIL_PURPOSE, sealed)));
}
