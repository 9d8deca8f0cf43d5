// Which way mail leaves, by MAIL_TRANSPORT. What is set up wrongly is a sentence for the operator, never a crash: mail waits
// in its rows until it is mended.
import type { MailTransport } from "./transport";
import { bindingTransport } from "./transports/binding";
import { resendTransport, sendgridTransport } from "./transports/http";
import { smtpTransport } from "./transports/smtp";

type Setup =
  | { ok: true; transport: MailTransport; keepsBody: boolean; from: { name: string; address: string } }
  | { ok: false; why: string };

const RESEND_URL = "https://api.resend.com/emails";
const SENDGRID_URL = "https://api.sendgrid.com/v3/mail/send";
const FROM = /^\s*(?:"?([^"<>]*?)"?\s*<\s*([^\s<>@]+@[^\s<>@]+)\s*>|([^\s<>@]+@[^\s<>@]+))\s*$/;

/** Null when mail can leave; otherwise what to mend. For health and logs: it names settings, never their values. */
export function whyMailCannotLeave(env: Env): string | null {
  const setup = chooseTransport(env);
  return setup.ok ? null : setup.why;
}

export function chooseTransport(env: Env): Setup {
  const from = parseFrom(env.MAIL_FROM);
  if (from === null) return wrong('MAIL_FROM must read "Name <address@example.org>".');
  const ready = (transport: MailTransport, keepsBody = false): Setup => ({ ok: true, transport, keepsBody, from });
  switch (env.MAIL_TRANSPORT) {
    case "mailbox":
      // Its mails can be read by anyone at /dev/mail, so it exists in development alone.
      return env.ENVIRONMENT === "development"
        ? ready({ name: "mailbox", showsPictures: true, send: async () => {} }, true)
        : wrong('MAIL_TRANSPORT "mailbox" is for development alone.');
    case "send_email":
      return env.EMAIL === undefined ? wrong("The send_email binding EMAIL is missing.") : ready(bindingTransport(env.EMAIL));
    case "resend":
    case "sendgrid": {
      if (!env.MAIL_HTTP_KEY) return wrong("The secret MAIL_HTTP_KEY is missing.");
      const resend = env.MAIL_TRANSPORT === "resend";
      const url = env.MAIL_HTTP_URL || (resend ? RESEND_URL : SENDGRID_URL);
      if (!/^https:\/\//.test(url)) return wrong("MAIL_HTTP_URL must begin with https://.");
      return ready((resend ? resendTransport : sendgridTransport)({ url, key: env.MAIL_HTTP_KEY }));
    }
    case "smtp": {
      const url = URL.parse(env.MAIL_SMTP_URL ?? "");
      const usable = url !== null && (url.protocol === "smtp:" || url.protocol === "smtps:") && url.hostname !== "";
      return usable ? ready(smtpTransport(url)) : wrong("The secret MAIL_SMTP_URL must read smtps://user:password@host:465.");
    }
    default:
      return wrong("MAIL_TRANSPORT must be one of mailbox, send_email, resend, sendgrid, smtp.");
  }
}

function parseFrom(text: string | undefined): { name: string; address: string } | null {
  const match = FROM.exec(text ?? "");
  if (match === null) return null;
  return { name: match[1]?.trim() || "Headwater", address: match[2] ?? match[3] ?? "" };
}

function wrong(why: string): Setup {
  return { ok: false, why };
}
