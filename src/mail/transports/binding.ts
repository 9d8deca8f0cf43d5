// Cloudflare's own way out: the `send_email` binding, which takes a finished MIME message.
import { EmailMessage } from "cloudflare:email";
import { createMimeMessage } from "mimetext/browser";
import type { MailTransport, OutgoingMail } from "../transport";

export function bindingTransport(binding: SendEmail): MailTransport {
  return {
    name: "send_email",
    showsPictures: true,
    // The binding takes no signal; the caller's own limit ends the wait.
    send: async (mail) => {
      await binding.send(new EmailMessage(mail.from.address, mail.to, toMime(mail)));
    },
  };
}

export function toMime(mail: OutgoingMail): string {
  const message = createMimeMessage();
  message.setSender({ name: mail.from.name, addr: mail.from.address });
  message.setTo({ addr: mail.to });
  message.setSubject(mail.subject);
  message.setHeader("Message-ID", `<${mail.id}@${domainOf(mail.from.address)}>`);
  message.setHeader("Auto-Submitted", "auto-generated");
  for (const [name, value] of Object.entries(mail.headers ?? {})) message.setHeader(name, value);
  // base64 throughout: no line is too long and no character is lost, whoever relays it.
  message.addMessage({ contentType: "text/plain", data: toBase64(mail.text), encoding: "base64" });
  message.addMessage({ contentType: "text/html", data: toBase64(mail.html), encoding: "base64" });
  for (const { name, type, content, cid } of mail.attachments ?? []) {
    const headers = cid === undefined ? {} : { "Content-ID": cid };
    message.addAttachment({ filename: name, contentType: type, data: inLines(content), inline: cid !== undefined, headers });
  }
  return message.asRaw();
}

function toBase64(text: string): string {
  return inLines(new TextEncoder().encode(text).toBase64());
}

function inLines(base64: string): string {
  return (base64.match(/.{1,76}/g) ?? []).join("\r\n");
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
