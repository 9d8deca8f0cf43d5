import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { JOB_KINDS } from "../../../queues/job-kinds";
import { runNextJob } from "../../../src/jobs";
import { deliverMail } from "../../../src/mail";
import { openBody } from "../../../src/mail/open-body";
import { BACKOFF_MS } from "../../../src/mail/rules";
import { runDueSchedules, settleRecipients } from "../../../src/reports";
import { createForm, type FormWorld } from "../../responses/support";
import { testContext } from "../../support/context";
import { createWorld } from "../../support/world";

const PATH = "/api/v2/reports/schedules";
const DAY = 86_400_000;

afterEach(() => vi.restoreAllMocks());

interface View {
  id: string;
  next_run: string;
  is_active: boolean;
  weekday: number | null;
  day: unknown;
  recipients: string[];
}
interface Delivered {
  id: string;
  trigger: string;
  status: string;
  reason: string | null;
  missed: number;
  planned_at: string;
  rows: number | null;
  file: { name: string; size: number; download_url: string } | null;
  recipients: { address: string; status: string; detail: string | null; attempts: number }[];
}

async function scheduled(more: Record<string, unknown> = {}, form?: FormWorld) {
  const world = form ?? (await createForm());
  const body = {
    form_id: world.formId,
    name: "Answers",
    frequency: "daily",
    at: "08:00",
    timezone: "UTC",
    recipients: ["a@mail.test"],
    format: "csv",
    ...more,
  };
  const reply = await world.call("POST", PATH, body);
  expect(reply.status, await reply.clone().text()).toBe(201);
  const view = await reply.json<View>();
  const path = `${PATH}/${view.id}`;
  return {
    world,
    view,
    path,
    due: Date.parse(view.next_run),
    deliveries: async () => (await (await world.call("GET", `${path}/deliveries`)).json<{ deliveries: Delivered[] }>()).deliveries,
  };
}

/** As cron and the queues would, at that time. */
async function runAt(time: number) {
  await runDueSchedules(testContext({ now: () => time }));
  await finishAt(time);
}

/** Without a browser: the letter has bars instead of a picture. */
async function finishAt(time: number) {
  for (let step = 0; step < 6; step++) {
    const ctx = testContext({ now: () => time + step * 5_000 }, { BROWSER: undefined });
    for (const queue of ["reports", "exports"] as const) while (await runNextJob(ctx, queue, JOB_KINDS));
  }
}

const mailsOf = async (workspaceId: string) =>
  (
    await env.DB.prepare(
      "SELECT id, recipient, subject, status, body, attachment_bytes FROM mail_messages WHERE workspace_id = ?1 ORDER BY recipient",
    )
      .bind(workspaceId)
      .all<{ id: string; recipient: string; subject: string; status: string; body: string; attachment_bytes: number }>()
  ).results;

describe("making one", () => {
  test("says when it runs first; names of days and the last of the month are understood", async () => {
    const weekly = await scheduled({
      frequency: "weekly",
      weekday: "monday",
      timezone: "Europe/Berlin",
      recipients: ["a@mail.test", "A@mail.test", "b@mail.test"],
    });
    expect(weekly.view).toMatchObject({ weekday: 1, is_active: true, recipients: ["A@mail.test", "b@mail.test"] });
    expect(new Date(weekly.view.next_run).getUTCDay()).toBe(1);
    expect((await scheduled({ frequency: "monthly", day: "last" }, weekly.world)).view.day).toBe("last");
    const cron = await scheduled({ frequency: "cron", cron: "30 9 * * mon-fri" }, weekly.world);
    expect(cron.view.next_run).toMatch(/T09:30:00.000Z$/);
    const listed = await (await weekly.world.call("GET", PATH)).json<{ schedules: View[] }>();
    expect(listed.schedules).toHaveLength(3);
  });

  test.each([
    ["an unknown zone", { timezone: "Mars/Base" }, "timezone"],
    ["a cron expression that is none", { frequency: "cron", cron: "61 * * * *" }, "cron"],
    ["cron without an expression", { frequency: "cron" }, "cron"],
    ["more often than can be kept", { frequency: "cron", cron: "*/5 * * * *" }, "cron"],
    ["a window that is none", { filters: { window: "last_decade" } }, "filters.window"],
    ["a filter on no field", { filters: { "data.nope": 1 } }, "filter.data.nope"],
    [
      "an expression that is wrong",
      { options: { calculated_fields: [{ name: "x", expression: "nope" }] } },
      "calculated_fields.0.expression",
    ],
    ["a condition on no field", { options: { only_if: { query: { aggregate: "sum", field: "nope" }, is: { $gt: 1 } } } }, "field"],
    ["nobody", { recipients: [] }, "recipients"],
    ["no address", { recipients: ["nobody"] }, "recipients.0"],
    ["a time that is none", { at: "25:00" }, "at"],
  ])("refuses %s", async (_what, more, path) => {
    const world = await createForm();
    const body = {
      form_id: world.formId,
      name: "A",
      frequency: "daily",
      timezone: "UTC",
      recipients: ["a@mail.test"],
      format: "csv",
      ...more,
    };
    const reply = await world.call("POST", PATH, body);
    expect(reply.status).toBe(422);
    const { errors } = await reply.json<{ errors: { path: string }[] }>();
    expect(errors[0]?.path).toBe(path);
  });

  test("who only reads can read it, and a stranger cannot find it", async () => {
    const { world, path } = await scheduled();
    expect((await world.call("PATCH", path, { name: "B" }, { as: "viewer" })).status).toBe(403);
    expect((await world.call("GET", path, undefined, { as: "viewer" })).status).toBe(200);
    const stranger = await createWorld();
    for (const [method, at] of [
      ["GET", path],
      ["POST", `${path}/run`],
      ["DELETE", path],
      ["GET", `${path}/deliveries`],
    ] as const)
      expect((await stranger.call(method, at)).status).toBe(404);
  });

  test("paused, it has no next run; resumed, it has one, and nothing is caught up", async () => {
    const { world, path, due } = await scheduled();
    expect(await (await world.call("PATCH", path, { is_active: false })).json()).toMatchObject({ is_active: false, next_run: null });
    await runAt(due + 5 * DAY);
    expect(await (await world.call("GET", `${path}/deliveries`)).json()).toMatchObject({ deliveries: [] });
    expect(await (await world.call("PATCH", path, { is_active: true })).json()).toMatchObject({
      is_active: true,
      next_run: new Date(due).toISOString(),
    });
  });
});

describe("a run", () => {
  test("sends each recipient a letter with the figures and the very file, once", async () => {
    const form = await createForm();
    for (const name of ["Ada", "Bo"]) await form.accepted({ name, department: "IT", score: 3 });
    const { view, due, deliveries, world } = await scheduled(
      {
        recipients: ["a@mail.test", "b@mail.test"],
        filters: { window: "last_24_hours", "data.department": "IT" },
        options: { message: "Good morning\n\nKind regards,\r\nAda <ada>" },
      },
      form,
    );
    await runAt(due);
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ status: "sent", trigger: "clock", rows: 2, missed: 0, planned_at: view.next_run });
    expect(delivery?.recipients.map(({ address, status }) => [address, status])).toEqual([
      ["a@mail.test", "queued"],
      ["b@mail.test", "queued"],
    ]);

    const mails = await mailsOf(world.workspaceId);
    expect(mails.map(({ recipient, subject }) => [recipient, subject])).toEqual([
      ["a@mail.test", "Answers"],
      ["b@mail.test", "Answers"],
    ]);
    const body = await openBody(env, mails[0]?.body ?? "");
    expect(body.text).toContain("responses: 2");
    expect(body.text).toContain("Good morning\n\nKind regards,\nAda <ada>");
    // As it was typed, in HTML as well: paragraphs, and lines within them.
    expect(body.html).toMatch(/>Good morning<\/p>/);
    expect(body.html).toMatch(/>Kind regards,<br\/?>Ada &lt;ada&gt;<\/p>/);
    expect(body.headers).toMatchObject({ "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" });
    const file = body.attachments?.find(({ cid }) => cid === undefined);
    expect(file?.name).toMatch(/\.csv$/);
    const sent = await (await env.FILES.get(file?.key ?? ""))?.text();
    expect(sent?.trim().split("\n")).toHaveLength(3);
    const kept = await world.call(
      "GET",
      new URL(delivery?.file?.download_url ?? "").pathname + new URL(delivery?.file?.download_url ?? "").search,
      undefined,
      { key: null },
    );
    expect(await kept.text()).toBe(sent);

    const again = await (await world.call("GET", `${PATH}/${view.id}`)).json();
    expect(again).toMatchObject({ last_run: view.next_run, next_run: new Date(due + DAY).toISOString() });
  });

  test("two runners at once send once", async () => {
    const { due, deliveries, world } = await scheduled();
    const ctx = () => testContext({ now: () => due });
    const claimed = await Promise.all([runDueSchedules(ctx()), runDueSchedules(ctx()), runDueSchedules(ctx())]);
    await finishAt(due);
    await runDueSchedules(ctx());
    expect(claimed.filter((count) => count > 0).length).toBeGreaterThan(0);
    expect(await deliveries()).toHaveLength(1);
    expect(await mailsOf(world.workspaceId)).toHaveLength(1);
  });

  test("after an outage it runs once, for the newest of the times that passed", async () => {
    const { due, deliveries } = await scheduled();
    await runAt(due + 3 * DAY + 60_000);
    expect(await deliveries()).toMatchObject([{ missed: 3, planned_at: new Date(due + 3 * DAY).toISOString(), status: "sent" }]);
  });

  test("a runner that died between the claim and the job is followed by another", async () => {
    const { world, due, deliveries, view } = await scheduled();
    await runDueSchedules(testContext({ now: () => due }));
    // What is left behind by one that was killed right after its claim.
    await env.DB.batch([
      env.DB.prepare("DELETE FROM jobs WHERE workspace_id = ?1").bind(world.workspaceId),
      env.DB.prepare("UPDATE schedule_runs SET job_id = NULL WHERE workspace_id = ?1").bind(world.workspaceId),
    ]);
    expect(await deliveries()).toMatchObject([{ status: "queued" }]);
    await runAt(due + 15 * 60_000);
    expect(await deliveries()).toMatchObject([{ status: "sent", planned_at: view.next_run }]);
  });

  test("nothing new, a condition that does not hold, or nobody left: skipped, and it says why", async () => {
    const form = await createForm();
    const empty = await scheduled({ options: { skip_if_empty: true } }, form);
    const condition = { query: { aggregate: "count", filter: { window: "yesterday" } }, is: { $gt: 10 } };
    const unmet = await scheduled({ options: { only_if: condition } }, form);
    const unwanted = await scheduled({ recipients: ["gone@mail.test"] }, form);
    expect((await form.call("POST", "/api/v2/reports/suppressions", { address: "Gone@mail.test" })).status).toBe(201);
    await runAt(empty.due);
    expect(await empty.deliveries()).toMatchObject([{ status: "skipped", reason: "There was nothing new." }]);
    expect((await unmet.deliveries())[0]).toMatchObject({ status: "skipped", reason: expect.stringContaining("the answer was 0") });
    expect(await unwanted.deliveries()).toMatchObject([{ status: "skipped", reason: "Nobody is left who wants it." }]);
    expect(await mailsOf(form.workspaceId)).toEqual([]);
  });

  test("a workspace that was deleted sends nothing any more", async () => {
    const { world, due } = await scheduled();
    await env.DB.prepare("UPDATE workspaces SET deleted_at = 1 WHERE id = ?1").bind(world.workspaceId).run();
    await runAt(due);
    const run = await env.DB.prepare("SELECT status, reason FROM schedule_runs WHERE workspace_id = ?1").bind(world.workspaceId).first();
    expect(run).toEqual({ status: "skipped", reason: "The workspace was deleted." });
    expect(await mailsOf(world.workspaceId)).toEqual([]);
  });

  test("run now leaves the rhythm as it is", async () => {
    const { world, path, view, deliveries } = await scheduled();
    const reply = await world.call("POST", `${path}/run`);
    expect(reply.status).toBe(202);
    await finishAt(Date.now() + 1_000);
    expect(await deliveries()).toMatchObject([{ trigger: "person", status: "sent" }]);
    expect(await (await world.call("GET", path)).json()).toMatchObject({ next_run: view.next_run, last_run: null });
  });

  test("a form that can no longer be read fails the run, tells of it once, and the next run is still due", async () => {
    const { world, view, due, deliveries } = await scheduled({ filters: { "data.department": "IT" } });
    await env.DB.prepare("UPDATE schedules SET filters = '{\"data.gone\": 1}' WHERE id = ?1").bind(view.id).run();
    await runAt(due);
    expect(await deliveries()).toMatchObject([{ status: "failed", reason: expect.stringContaining("gone") }]);
    const events = await env.DB.prepare("SELECT data FROM webhook_events WHERE workspace_id = ?1 AND type = 'schedule.failed'")
      .bind(world.workspaceId)
      .all<{ data: string }>();
    expect(events.results.map(({ data }) => JSON.parse(data).schedule_id)).toEqual([view.id]);
  });
});

describe("the mail server", () => {
  const RESEND = { MAIL_TRANSPORT: "resend", MAIL_HTTP_KEY: "re_test" };

  test("refuses one of three: the other two have theirs, and the history says which did not", async () => {
    const { due, deliveries, world } = await scheduled({ recipients: ["a@mail.test", "bad@mail.test", "c@mail.test"] });
    await runAt(due);
    const bodies: {
      to: string[];
      attachments: { filename: string; content: string }[];
      headers: Record<string, string>;
      tags: unknown[];
    }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
      const body = JSON.parse(String(init?.body));
      bodies.push(body);
      return body.to[0] === "bad@mail.test" ? new Response("no such user", { status: 422 }) : new Response("{}");
    });
    const mails = await mailsOf(world.workspaceId);
    for (const { id } of mails) await deliverMail(testContext({ now: () => due + 60_000 }, RESEND), id);
    const statuses = async () => (await deliveries())[0]?.recipients.map(({ address, status }) => [address, status]);
    const expected = [
      ["a@mail.test", "sent"],
      ["bad@mail.test", "failed"],
      ["c@mail.test", "sent"],
    ];
    expect(await statuses()).toEqual(expected);
    const { attachments = [], headers, tags } = bodies[0] ?? {};
    expect(new TextDecoder().decode(Uint8Array.fromBase64(attachments.at(-1)?.content ?? ""))).toContain("Name");
    expect(headers?.["List-Unsubscribe"]).toMatch(/^<https?:.*\/unsubscribe\//);
    expect(tags).toEqual([{ name: "message_id", value: mails[0]?.id }]);

    await settleRecipients(testContext({ now: () => due + DAY }));
    await env.DB.prepare("DELETE FROM mail_messages WHERE workspace_id = ?1").bind(world.workspaceId).run();
    expect(await statuses()).toEqual(expected);
    expect((await deliveries())[0]).toMatchObject({ status: "sent" });
  });

  test("is down, then slow, then there: tried again, sent once", async () => {
    const { due, deliveries, world } = await scheduled();
    await runAt(due);
    const [mail] = await mailsOf(world.workspaceId);
    let replies = 0;
    const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
      replies += 1;
      if (replies === 1) throw new TypeError("connection refused");
      if (replies === 2) throw new DOMException("timed out", "TimeoutError");
      return new Response("{}");
    });
    let now = due + 60_000;
    for (const wait of [0, ...BACKOFF_MS.slice(0, 4)]) {
      now += wait + 1;
      await deliverMail(testContext({ now: () => now }, RESEND), mail?.id ?? "");
    }
    expect(fetch).toHaveBeenCalledTimes(3);
    expect((await deliveries())[0]?.recipients).toMatchObject([{ status: "sent", attempts: 3 }]);
  });

  test("never comes back: nobody was reached, so the run has failed and says so", async () => {
    const { due, deliveries, world } = await scheduled();
    await runAt(due);
    const [mail] = await mailsOf(world.workspaceId);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("down", { status: 503 }));
    let now = due + 60_000;
    for (const wait of [0, ...BACKOFF_MS]) {
      now += wait + 1;
      await deliverMail(testContext({ now: () => now }, RESEND), mail?.id ?? "");
    }
    await settleRecipients(testContext({ now: () => due + DAY }));
    await settleRecipients(testContext({ now: () => due + DAY }));
    expect(await deliveries()).toMatchObject([
      { status: "failed", reason: "No recipient could be reached.", recipients: [{ status: "failed" }] },
    ]);
    const { results } = await env.DB.prepare("SELECT 1 FROM webhook_events WHERE workspace_id = ?1 AND type = 'schedule.failed'")
      .bind(world.workspaceId)
      .all();
    expect(results).toHaveLength(1);
  });
});
