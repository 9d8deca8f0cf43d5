// SMTP over the runtime's TCP sockets. `smtps://user:password@host:465` speaks TLS from the first byte and is the one to use;
// `smtp://` upgrades when the server offers it, which somebody in between can prevent.
import { WorkerMailer } from "worker-mailer";
import { MailRefusedError, type MailTransport, type OutgoingMail } from "../transport";

const IMPLICIT_TLS_PORT = 465;
const SUBMISSION_PORT = 587;
const STEP_TIMEOUT_MS = 8_000;

export function smtpTransport(url: URL): MailTransport {
  const server = smtpServer(url);
  return {
    name: "smtp",
    showsPictures: false,
    send: async (mail) => {
      try {
        await WorkerMailer.send(server, smtpMessage(mail));
      } catch (error) {
        throw new MailRefusedError(error instanceof Error ? error.message : String(error), false);
      }
    },
  };
}

export function smtpServer(url: URL) {
  const secure = url.protocol === "smtps:";
  const credentials =
    url.username === ""
      ? {}
      : {
          credentials: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
          authType: ["plain" as const, "login" as const, "cram-md5" as const],
        };
  return {
    host: url.hostname,
    port: url.port === "" ? (secure ? IMPLICIT_TLS_PORT : SUBMISSION_PORT) : Number(url.port),
    secure,
    startTls: !secure,
    socketTimeoutMs: STEP_TIMEOUT_MS,
    responseTimeoutMs: STEP_TIMEOUT_MS,
    ...credentials,
  };
}

export function smtpMessage(mail: OutgoingMail) {
  return {
    from: { name: mail.from.name, email: mail.from.address },
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: {
      "Message-ID": `<${mail.id}@${mail.from.address.slice(mail.from.address.lastIndexOf("@") + 1)}>`,
      "Auto-Submitted": "auto-generated",
      ...mail.headers,
    },
    ...(mail.attachments === undefined
      ? {}
      : { attachments: mail.attachments.map(({ name, type, content }) => ({ filename: name, content, mimeType: type })) }),
  };
}
