// The mail that the Worker has written, read from where it lies.
import { env } from "cloudflare:test";
import { openBody } from "../../src/mail/open-body";

export interface Mail {
  id: string;
  template: string;
  subject: string;
  status: string;
  html: string;
  text: string;
}

/** The newest mail to an address, when there is one; waits for nothing. */
export async function newestMail(to: string, template: string): Promise<Mail | null> {
  const row = await env.DB.prepare("SELECT * FROM mail_messages WHERE recipient = ?1 AND template = ?2 ORDER BY id DESC LIMIT 1")
    .bind(to, template)
    .first<Mail & { body: string | null }>();
  return row === null || row.body === null ? null : { ...row, ...(await openBody(env, row.body)) };
}

export async function linkToken(to: string, template: string): Promise<string> {
  const mail = await newestMail(to, template);
  const token = mail?.text.match(/https?:\/\/\S+[?&]token=([^\s&]+)/)?.[1];
  if (token === undefined) throw new Error(`No link in a ${template} mail to ${to}`);
  return decodeURIComponent(token);
}
