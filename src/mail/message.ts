import { z } from "zod";

/** Separates the sealing key of mail bodies from every other. */
export const MAIL_PURPOSE = "mail";

/** What travels through the queue: it points at a row and carries nothing that must be kept secret. */
export const MailMessage = z.object({ mail_id: z.string().max(64), correlation_id: z.string().max(128) });
export type MailMessage = z.infer<typeof MailMessage>;
