import { afterEach, describe, expect, test, vi } from "vitest";
import { Email } from "worker-mailer";
import { chooseTransport, whyMailCannotLeave } from "../../src/mail/choose-transport";
import type { OutgoingMail } from "../../src/mail/transport";
import { toMime } from "../../src/mail/transports/binding";
import { smtpMessage, smtpServer } from "../../src/mail/transports/smtp";
import { testContext } from "../support/context";

const MAIL: OutgoingMail = {
  id: "mail_1",
  from: { name: "Headwater", address: "hello@headwater.test" },
  to: "ada@mail.test",
  subject: "Grüße von Ada",
  html: "<p>Grüße</p>",
  text: "Grüße",
};

afterEach(() => vi.restoreAllMocks());

function chosen(settings: Partial<Env>) {
  const setup = chooseTransport(testContext({}, settings).env);
  if (!setup.ok) throw new Error(setup.why);
  return setup;
}

function spyOnFetch(reply: () => Response) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => reply());
}

function sentTo(fetch: ReturnType<typeof spyOnFetch>) {
  const [url, init] = fetch.mock.calls[0] ?? [];
  return { url: String(url), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)), signal: init?.signal };
}

describe("HTTP services", () => {
  test("the Resend shape", async () => {
    const fetch = spyOnFetch(() => Response.json({ id: "1" }));
    await chosen({ MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "re_key" }).transport.send(MAIL, AbortSignal.timeout(1_000));
    const { url, headers, body, signal } = sentTo(fetch);
    expect(url).toBe("https://api.resend.com/emails");
    expect(headers.get("Authorization")).toBe("Bearer re_key");
    expect(headers.get("Idempotency-Key")).toBe("mail_1");
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(body).toEqual({
      from: '"Headwater" <hello@headwater.test>',
      to: ["ada@mail.test"],
      subject: "Grüße von Ada",
      html: MAIL.html,
      text: MAIL.text,
    });
  });

  test("the SendGrid shape, at another address, without tracked links", async () => {
    const fetch = spyOnFetch(() => new Response(null, { status: 202 }));
    const settings = { MAIL_TRANSPORT: "sendgrid", MAIL_HTTP_KEY: "SG.key", MAIL_HTTP_URL: "https://mail.example/send" };
    await chosen(settings).transport.send(MAIL, AbortSignal.timeout(1_000));
    const { url, body } = sentTo(fetch);
    expect(url).toBe("https://mail.example/send");
    expect(body).toMatchObject({
      personalizations: [{ to: [{ email: "ada@mail.test" }] }],
      from: { email: "hello@headwater.test", name: "Headwater" },
      tracking_settings: { click_tracking: { enable: false } },
    });
    expect(body.content.map(({ type }: { type: string }) => type)).toEqual(["text/plain", "text/html"]);
  });

  test.each([
    [400, true],
    [401, false],
    [422, true],
    [429, false],
    [500, false],
  ])("status %i is permanent: %s", async (status, permanent) => {
    spyOnFetch(() => new Response("no", { status }));
    const { transport } = chosen({ MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "k" });
    await expect(transport.send(MAIL, AbortSignal.timeout(1_000))).rejects.toMatchObject({ permanent });
  });
});

describe("MIME and SMTP", () => {
  test("the MIME message names both sides, keeps every letter and has two parts", () => {
    const raw = toMime(MAIL);
    expect(raw).toContain("<hello@headwater.test>");
    expect(raw).toContain("<ada@mail.test>");
    expect(raw).toContain("Message-ID: <mail_1@headwater.test>");
    expect(raw).toContain(new TextEncoder().encode(MAIL.text).toBase64());
    expect(raw).toMatch(/multipart\/alternative/);
    expect(Math.max(...raw.split(/\r?\n/).map((line) => line.length))).toBeLessThan(998);
  });

  test("the send_email binding gets sender, receiver and message", async () => {
    const send = vi.fn(async () => ({ messageId: "1" }));
    const setup = chosen({ MAIL_TRANSPORT: "send_email", EMAIL: { send } as unknown as SendEmail });
    await setup.transport.send(MAIL, AbortSignal.timeout(1_000));
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ from: "hello@headwater.test", to: "ada@mail.test" }));
  });

  test("the SMTP address tells port, encryption and credentials", () => {
    expect(smtpServer(new URL("smtps://ada%40x:p%40ss@smtp.test"))).toMatchObject({
      host: "smtp.test",
      port: 465,
      secure: true,
      credentials: { username: "ada@x", password: "p@ss" },
    });
    expect(smtpServer(new URL("smtp://smtp.test"))).toMatchObject({ port: 587, secure: false, startTls: true });
    expect(smtpServer(new URL("smtp://smtp.test:2525"))).not.toHaveProperty("credentials");
  });

  test("the SMTP message carries both parts and cannot be ended early by its own text", () => {
    const data = new Email(smtpMessage({ ...MAIL, text: "before\r\n.\r\nafter" })).getEmailData();
    expect(data).toContain("hello@headwater.test");
    expect(data).toMatch(/Message-ID: <mail_1@headwater.test>/);
    expect(data).toMatch(/text\/plain/);
    expect(data).toMatch(/text\/html/);
    expect(data.slice(0, data.lastIndexOf("\r\n.\r\n"))).not.toContain("\r\n.\r\n");
  });
});

describe("what is set up wrongly is said, not thrown", () => {
  const why = (settings: Partial<Env>) => whyMailCannotLeave(testContext({}, settings).env);
  test.each<[string, Partial<Env>, RegExp]>([
    ["no such transport", { MAIL_TRANSPORT: "pigeon" }, /MAIL_TRANSPORT/],
    ["a mailbox in production", { MAIL_TRANSPORT: "mailbox", ENVIRONMENT: "production" }, /development/],
    ["no key", { MAIL_TRANSPORT: "resend" }, /MAIL_HTTP_KEY/],
    ["a key over plain http", { MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "k", MAIL_HTTP_URL: "http://mail.example" }, /https/],
    ["no SMTP address", { MAIL_TRANSPORT: "smtp" }, /MAIL_SMTP_URL/],
    ["an SMTP address of another kind", { MAIL_TRANSPORT: "smtp", MAIL_SMTP_URL: "https://smtp.test" }, /MAIL_SMTP_URL/],
    ["a sender that is none", { MAIL_FROM: "hello" }, /MAIL_FROM/],
  ])("%s", (_, settings, sentence) => {
    expect(why(settings)).toMatch(sentence);
  });

  test("and the usual settings are fine", () => {
    expect(why({})).toBeNull();
    expect(why({ MAIL_TRANSPORT: "smtp", MAIL_SMTP_URL: "smtps://u:p@smtp.test", MAIL_FROM: "plain@headwater.test" })).toBeNull();
  });
});
