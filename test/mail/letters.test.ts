import { describe, expect, test } from "vitest";
import { letterToHtml, letterToText, type MailData, type MailTemplate, plainName, writeLetter } from "../../templates/mail";

const URL = "https://headwater.test/account/reset-password?token=a&b=c";
const HOSTILE = `<img src=x onerror=alert(1)>"'&\r\nBcc: everyone@evil.test\u202e`;

const ALL: { [T in MailTemplate]: MailData[T] } = {
  "plugin-mail": { plugin: "Autoresponder", subject: "Thank you", text: "We have your answer." },
  "plugin-paused": { plugin: "Slack", pluginId: "plg_1", failures: 20, lastError: "refused", url: URL },
  "scheduled-report": {
    subject: HOSTILE,
    name: HOSTILE,
    form: HOSTILE,
    workspace: HOSTILE,
    message: "Good morning",
    period: "on 2026-01-31",
    figures: [{ label: "responses", value: "318" }],
    picture: undefined,
    bars: [{ label: "31 Jan", text: "318", share: 1 }],
    file: { kind: "link", url: URL, size: "12 MB", days: 7 },
    unsubscribe: "https://headwater.test/unsubscribe/x",
  },
  "verify-email": { name: HOSTILE, url: URL },
  "already-registered": { name: HOSTILE, url: URL },
  "reset-password": { name: HOSTILE, url: URL },
  "password-changed": { name: HOSTILE, at: "2026-11-21 10:00 UTC", ip: HOSTILE },
  invitation: { workspace: HOSTILE, inviter: HOSTILE, role: "editor", url: URL },
  "webhook-dead-letters": { host: HOSTILE, webhookId: "whk_1", count: 3, lastError: HOSTILE, url: URL },
  "webhook-paused": { host: HOSTILE, webhookId: "whk_1", since: "2026-11-21T10:00:00.000Z", url: URL },
  "webhook-disabled": { host: HOSTILE, webhookId: "whk_1", url: URL },
};

describe.each(Object.keys(ALL) as MailTemplate[])("%s", (template) => {
  const letter = writeLetter(template, ALL[template]);
  const html = letterToHtml(letter);

  test("a hostile name stays text, on one line, in the subject as well", () => {
    expect(html).not.toContain("<img");
    expect(letter.subject).not.toMatch(/[\r\n\u202e]/);
    expect(letter.subject.length).toBeLessThan(200);
  });

  test("HTML and text say the same and lead to the same place", () => {
    const text = letterToText(letter);
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    if (letter.action !== undefined) {
      expect(text).toContain(URL);
      expect(html).toContain(URL.replace("&", "&amp;"));
    }
    for (const note of letter.notes) expect(text).toContain(note);
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).not.toMatch(/<script|<img|https?:\/\/(?!headwater\.test)/);
  });
});

test.each([
  ["Ada Lovelace", "Ada Lovelace"],
  ["  Ada\n\tLovelace ", "Ada Lovelace"],
  ["Win at https://evil.example/now", "Win at evil example/now"],
  ["www.evil.example", "www evil example"],
  ["Dr. Ada", "Dr. Ada"],
  ["\u202e\u0000", "somebody"],
  ["x".repeat(200), `${"x".repeat(79)}…`],
])("the name %j is written %j", (name, written) => {
  expect(plainName(name)).toBe(written);
});
