import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { KEPT_MESSAGES } from "../../../durable-objects/workspace-hub/kept";
import { workspaceHub } from "../../../src/shared/workspace-feed";
import { createForm } from "../../responses/support";
import { createWorld, type World } from "../../support/world";

interface Told {
  type: string;
  seq: number;
  data: Record<string, unknown>;
}

class Ear {
  readonly heard: Told[] = [];
  #waiting: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.addEventListener("message", ({ data }) => {
      this.heard.push(JSON.parse(String(data)));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    socket.accept();
  }

  async until(found: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const told = this.heard.find(found);
      if (told !== undefined) return told;
      await new Promise<void>((done) => this.#waiting.push(done));
    }
  }
}

async function listen(world: World, query = "", options: Parameters<World["call"]>[3] = {}): Promise<Ear> {
  const reply = await world.call("GET", `/api/v2/live${query}`, undefined, {
    ...options,
    headers: { Upgrade: "websocket", ...options.headers },
  });
  expect(reply.status).toBe(101);
  const { webSocket } = reply;
  if (webSocket === null) throw new Error("No socket");
  return new Ear(webSocket);
}

const publish = (world: World, key: string, value: unknown) =>
  workspaceHub(env, world.workspaceId).publish({ type: "test", key, data: JSON.stringify(value) });

describe("the feed of a workspace", () => {
  test("tells how a job goes, to everybody who listens", async () => {
    const world = await createForm();
    await world.accepted({ name: "one" });
    const [ear, other] = [await listen(world), await listen(world, "", { as: "viewer" })];
    const { job_id: jobId } = await (await world.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "csv" })).json<{
      job_id: string;
    }>();
    await world.call("POST", `/api/v2/jobs/${jobId}/cancel`);
    const ended = (told: Told) => told.type === "job" && told.data.id === jobId && ["cancelled", "done"].includes(String(told.data.status));
    expect(await ear.until(ended)).toEqual(await other.until(ended));
  });

  test("tells the last of several steps, in order, and who comes back what it missed", async () => {
    const world = await createWorld();
    const ear = await listen(world);
    await ear.until(({ type }) => type === "presence");
    for (let i = 0; i < 20; i++) await publish(world, "a", i);
    await publish(world, "b", "last");
    const last = await ear.until(({ data }) => (data as unknown) === "last");
    const steps = ear.heard.filter(({ type }) => type === "test");
    expect(steps.length).toBeLessThan(21);
    expect(steps.at(-2)?.data).toBe(19);
    expect(steps.map(({ seq }) => seq)).toEqual(steps.map((_, i) => i + 1));
    ear.socket.close();
    await publish(world, "c", "missed");
    const again = await listen(world, `?after_seq=${last.seq}`);
    expect((await again.until(({ type }) => type === "test")).data).toBe("missed");
  });

  test("says so when what was missed is no longer kept", async () => {
    const world = await createWorld();
    for (let i = 0; i < KEPT_MESSAGES + 20; i++) await publish(world, `n${i}`, i);
    const witness = await listen(world);
    await publish(world, "end", "end");
    await witness.until(({ data }) => (data as unknown) === "end");
    const ear = await listen(world, "?after_seq=3");
    await ear.until(({ type }) => type === "resync");
  });

  test("opens by a ticket, which opens nothing else", async () => {
    const world = await createForm();
    const { ticket } = await (await world.call("POST", "/api/v2/live/ticket")).json<{ ticket: string }>();
    await listen(world, `?ticket=${ticket}`, { key: null });
    const elsewhere = await world.call("GET", `/api/v2/analytics/forms/${world.formId}/live?ticket=${ticket}`, undefined, {
      key: null,
      headers: { Upgrade: "websocket" },
    });
    expect(elsewhere.status).toBe(401);
    const formTicket = await (await world.call("POST", `/api/v2/analytics/forms/${world.formId}/live/ticket`)).json<{ ticket: string }>();
    const wrong = await world.call("GET", `/api/v2/live?ticket=${formTicket.ticket}`, undefined, {
      key: null,
      headers: { Upgrade: "websocket" },
    });
    expect(wrong.status).toBe(401);
  });

  test("is heard as server-sent events too", async () => {
    const world = await createWorld();
    const reply = await world.call("GET", "/api/v2/live/events");
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    await publish(world, "a", "hello");
    let text = "";
    while (!text.includes("event: test")) text += (await reader?.read())?.value ?? "";
    expect(text).toContain('"data":"hello"');
    await reader?.cancel();
  });

  test("is of one workspace alone", async () => {
    const [world, stranger] = [await createWorld(), await createWorld()];
    const ear = await listen(stranger);
    await publish(world, "a", "secret");
    await publish(stranger, "b", "own");
    await ear.until(({ data }) => (data as unknown) === "own");
    expect(JSON.stringify(ear.heard)).not.toContain("secret");
  });
});
