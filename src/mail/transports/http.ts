// Mail services with an HTTP API: the two shapes that most of them speak.
import { MailRefusedError, type MailTransport, type OutgoingAttachment, type OutgoingMail } from "../transport";

interface HttpSettings {
  url: string;
  key: string;
}

const MAX_REASON = 300;

/** Resend, and those that copied it. */
export function resendTransport({ url, key }: HttpSettings): MailTransport {
  return {
    name: "resend",
    showsPictures: true,
    send: (mail, signal) =>
      post(
        url,
        signal,
        { Authorization: `Bearer ${key}`, "Idempotency-Key": mail.id },
        {
          from: `${quoted(mail.from.name)} <${mail.from.address}>`,
          to: [mail.to],
          subject: mail.subject,
          html: mail.html,
          text: mail.text,
          // Comes back with each event about this mail, so that we know which it was.
          ...(mail.headers === undefined ? {} : { headers: mail.headers, tags: [{ name: "message_id", value: mail.id }] }),
          ...(mail.attachments === undefined ? {} : { attachments: mail.attachments.map(resendAttachment) }),
        },
      ),
  };
}

/** SendGrid, and those that copied it. */
export function sendgridTransport({ url, key }: HttpSettings): MailTransport {
  return {
    name: "sendgrid",
    showsPictures: true,
    send: (mail, signal) => post(url, signal, { Authorization: `Bearer ${key}` }, sendgridBody(mail)),
  };
}

function sendgridBody(mail: OutgoingMail) {
  return {
    personalizations: [{ to: [{ email: mail.to }], custom_args: { message_id: mail.id } }],
    from: { email: mail.from.address, name: mail.from.name },
    subject: mail.subject,
    content: [
      { type: "text/plain", value: mail.text },
      { type: "text/html", value: mail.html },
    ],
    ...(mail.headers === undefined ? {} : { headers: mail.headers }),
    ...(mail.attachments === undefined ? {} : { attachments: mail.attachments.map(sendgridAttachment) }),
    // A tracked link passes through the service, and these links sign people in.
    tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
  };
}

function resendAttachment({ name, type, content, cid }: OutgoingAttachment) {
  return { filename: name, content, content_type: type, ...(cid === undefined ? {} : { content_id: cid }) };
}

function sendgridAttachment({ name, type, content, cid }: OutgoingAttachment) {
  return {
    filename: name,
    content,
    type,
    ...(cid === undefined ? { disposition: "attachment" } : { disposition: "inline", content_id: cid }),
  };
}

async function post(url: string, signal: AbortSignal, headers: Record<string, string>, body: unknown): Promise<void> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    redirect: "manual",
    signal,
  });
  if (reply.ok) {
    await reply.body?.cancel();
    return;
  }
  const reason = (await reply.text()).slice(0, MAX_REASON);
  // A wrong key (401, 403) is mended by its owner, not by this mail: keep trying.
  const permanent = reply.status === 400 || reply.status === 413 || reply.status === 422;
  throw new MailRefusedError(`HTTP ${reply.status}: ${reason}`, permanent);
}

function quoted(name: string): string {
  return `"${name.replace(/[\\"]/g, "")}"`;
}
