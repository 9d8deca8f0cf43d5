import { env, SELF } from "cloudflare:test";
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readSubscription, takeMailEvents, unsubscribe } from "../../../src/reports";
import { unsubscribeUrl } from "../../../src/reports/schedules/unsubscribe";
import { createForm, type FormWorld } from "../../responses/support";
import { testContext } from "../../support/context";
import { ORIGIN } from "../../support/world";

const SUPPRESSIONS = "/api/v2/reports/suppressions";
const SECRET = `whsec_${btoa("a secret of the mail service")}`;

async function scheduled() {
  const form = await createForm();
  const body = { form_id: form.formId, name: "Weekly <numbers>", frequency: "daily", recipients: ["ada@mail.test"], format: "csv" };
  const { id } = await (await form.call("POST", "/api/v2/reports/schedules", body)).json<{ id: string }>();
  const url = new URL(await unsubscribeUrl(env, { workspaceId: form.workspaceId, scheduleId: id, address: "Ada@mail.test" }));
  return { form, id, token: url.pathname.slice("/unsubscribe/".length) };
}

const suppressed = async (form: FormWorld) =>
  (await (await form.call("GET", SUPPRESSIONS)).json<{ suppressions: { address: string; schedule_id: string | null; reason: string }[] }>())
    .suppressions;

describe("unsubscribing", () => {
  test("opening the link changes nothing; the one click of a mail program does, without a session", async () => {
    const { form, id, token } = await scheduled();
    const page = await SELF.fetch(`${ORIGIN}/unsubscribe/${token}`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain("Weekly &lt;numbers&gt;");
    expect(html).toContain("Ada@mail.test");
    expect(await suppressed(form)).toEqual([]);

    const click = () =>
      SELF.fetch(`${ORIGIN}/unsubscribe/${token}`, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: "List-Unsubscribe=One-Click",
      });
    expect((await click()).status).toBe(200);
    expect((await click()).status).toBe(200);
    expect(await suppressed(form)).toMatchObject([{ address: "ada@mail.test", schedule_id: id, reason: "unsubscribed" }]);
  });

  test("from everything of the workspace, when asked", async () => {
    const { form, token } = await scheduled();
    expect((await SELF.fetch(`${ORIGIN}/unsubscribe/${token}?everything=1`, { method: "POST" })).status).toBe(200);
    expect(await suppressed(form)).toMatchObject([{ schedule_id: null }]);
    expect((await form.call("DELETE", `${SUPPRESSIONS}/ada@mail.test`)).status).toBe(204);
    expect(await suppressed(form)).toEqual([]);
    expect((await form.call("DELETE", `${SUPPRESSIONS}/ada@mail.test`)).status).toBe(404);
  });

  test("nobody can sign somebody else off by guessing", async () => {
    const { token } = await scheduled();
    const [text = "", signature = ""] = token.split(".");
    const other = btoa(JSON.stringify(["ws_x", "sch_x", "victim@mail.test"])).replace(/=+$/, "");
    for (const forged of [`${other}.${signature}`, `${text}.${"0".repeat(40)}`, text, "", "a.b.c", `${text}.`, "x".repeat(5_000)]) {
      expect((await SELF.fetch(`${ORIGIN}/unsubscribe/${forged}`, { method: "POST" })).status).toBe(404);
    }
    await expect(unsubscribe(testContext(), "nonsense", false)).rejects.toThrow("not found");
    expect(await readSubscription(testContext(), token)).toMatchObject({ address: "Ada@mail.test", schedule: "Weekly <numbers>" });
  });
});

describe("what the mail service reports", () => {
  async function sentMail(form: FormWorld, runId: string) {
    const id = `mail_${crypto.randomUUID().replaceAll("-", "")}`;
    await env.DB.batch([
      env.DB.prepare(
        "INSERT INTO mail_messages (id, workspace_id, recipient, template, subject, status, due_at, correlation_id, created_at) VALUES (?1, ?2, 'Bo@mail.test', 'scheduled-report', 's', 'sent', 0, 'c', 0)",
      ).bind(id, form.workspaceId),
      env.DB.prepare(
        "INSERT INTO schedule_recipients (run_id, address, workspace_id, schedule_id, mail_id, status, updated_at) VALUES (?1, 'Bo@mail.test', ?2, 'sch_x', ?3, 'sent', 0)",
      ).bind(runId, form.workspaceId, id),
    ]);
    return id;
  }
  const tell = (
    json: unknown,
    headers: Record<string, string> = { Authorization: `Bearer ${SECRET}` },
    secret: string | undefined = SECRET,
  ) => {
    const named = new Headers(headers);
    const body = { text: JSON.stringify(json), header: (name: string) => named.get(name) ?? undefined };
    return takeMailEvents(testContext({}, { MAIL_EVENTS_SECRET: secret }), body, json);
  };
  const statusOf = async (mailId: string) =>
    (await env.DB.prepare("SELECT status FROM schedule_recipients WHERE mail_id = ?1").bind(mailId).first<{ status: string }>())?.status;

  test.each([
    [
      "a bounce, as Resend tells it",
      (id: string) => ({
        type: "email.bounced",
        data: { email_id: "x", tags: { message_id: id }, bounce: { type: "Permanent", message: "no such user" } },
      }),
      "bounced",
    ],
    [
      "a complaint, as Resend tells it",
      (id: string) => ({ type: "email.complained", data: { tags: [{ name: "message_id", value: id }] } }),
      "complained",
    ],
    [
      "a bounce, as SendGrid tells it",
      (id: string) => [
        { event: "processed", message_id: id },
        { event: "bounce", message_id: id, reason: "550" },
      ],
      "bounced",
    ],
    ["a complaint, as SendGrid tells it", (id: string) => [{ event: "spamreport", message_id: id }], "complained"],
  ])("%s: the history says so, and there is no more mail to them", async (_what, event, status) => {
    const form = await createForm();
    const id = await sentMail(form, crypto.randomUUID());
    expect(await tell(event(id))).toBe(1);
    expect(await tell(event(id))).toBe(1);
    expect(await statusOf(id)).toBe(status);
    expect(await suppressed(form)).toMatchObject([{ address: "bo@mail.test", schedule_id: null, reason: status }]);
  });

  test("a mailbox that is full today is tried again tomorrow, and mail of others is none of ours", async () => {
    const form = await createForm();
    const id = await sentMail(form, crypto.randomUUID());
    expect(await tell({ type: "email.bounced", data: { tags: { message_id: id }, bounce: { type: "Transient" } } })).toBe(0);
    expect(
      await tell([{ event: "bounce", type: "blocked", message_id: id }, { event: "bounce", message_id: "mail_unknown" }, null, 7, {}]),
    ).toBe(0);
    expect(await statusOf(id)).toBe("sent");
    expect(await suppressed(form)).toEqual([]);
  });

  test("is believed when it is signed, and not otherwise", async () => {
    const json = { type: "email.opened" };
    const now = Math.floor(Date.now() / 1_000);
    const sign = (at: number, text = JSON.stringify(json)) =>
      createHmac("sha256", "a secret of the mail service").update(`msg_1.${at}.${text}`).digest("base64");
    const signed = (at: number, signature: string) => ({
      "svix-id": "msg_1",
      "svix-timestamp": String(at),
      "svix-signature": `v1,${signature}`,
    });
    expect(await tell(json, signed(now, sign(now)))).toBe(0);
    await expect(tell(json, signed(now, sign(now, "{}")))).rejects.toThrow("signature");
    await expect(tell(json, signed(now - 3_600, sign(now - 3_600)))).rejects.toThrow("signature");
    await expect(tell(json, {})).rejects.toThrow("signature");
    await expect(tell(json, { Authorization: "Bearer wrong" })).rejects.toThrow("signature");
    await expect(tell(json, { Authorization: "Bearer " }, "")).rejects.toThrow("not found");
  });

  test("without a secret there is no such route", async () => {
    const form = await createForm();
    const news = [{ event: "bounce", message_id: "mail_01jd3x0000abcdefghjkmnpqrs", reason: "550 no such user" }];
    expect((await form.call("POST", "/api/v2/mail/events", news, { key: null })).status).toBe(404);
  });
});
