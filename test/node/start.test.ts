import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyState, isRunning, type Running, start, until } from "./support/headwater.ts";

const STOP_WITHIN_MS = 10_000;
let state: ReturnType<typeof emptyState>;
let running: Running | undefined;

beforeEach(() => {
  state = emptyState();
});
afterEach(async () => {
  for (const pid of running?.pids() ?? []) if (isRunning(pid)) process.kill(pid, "SIGKILL");
  await running?.exited;
  running = undefined;
  state.remove();
});

const demo = () => JSON.parse(readFileSync(join(state.folder, "demo.json"), "utf8"));
const gone = (pids: number[]) => until(() => pids.every((pid) => !isRunning(pid)), STOP_WITHIN_MS);

describe.runIf(process.platform === "linux")("npm start", () => {
  test("a first start serves, writes demo.json for its owner alone, and says where everything is", async () => {
    running = await start({ state: state.folder });
    expect(Object.keys(demo())).toEqual(["url", "email", "password", "api_key", "workspace_id", "form_id", "form_slug"]);
    expect(demo()).toMatchObject({ url: running.url, form_slug: "customer-feedback" });
    expect(statSync(join(state.folder, "demo.json")).mode & 0o777).toBe(0o600);
    expect((await fetch(`${running.url}/health/live`)).status).toBe(200);
    for (const part of [running.url, demo().email, demo().password, demo().api_key, "/docs", "/dev/mail"])
      expect(running.output()).toContain(part);
    // The door of the seed is shut once the store is ready.
    expect((await fetch(`${running.url}/dev/seed`, { method: "POST" })).status).toBe(404);
  });

  test("a second start keeps everything, follows a new port, and has nothing to prepare", async () => {
    running = await start({ state: state.folder });
    const before = demo();
    const pids = running.pids();
    running.signal("SIGTERM");
    expect(await running.exited).toBe(0);
    await gone(pids);
    running = await start({ state: state.folder });
    expect(demo()).toEqual({ ...before, url: running.url });
    expect(running.output()).not.toContain("Migrations");
    const forms = await fetch(`${running.url}/api/v1/forms`, { headers: { Authorization: `Bearer ${before.api_key}` } });
    expect(forms.status).toBe(200);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 0],
  ] as const)("%s ends it with %i and leaves no process behind", async (signal, code) => {
    running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1" } });
    const pids = running.pids();
    expect(pids.length).toBeGreaterThan(2);
    running.signal(signal);
    expect(await running.exited).toBe(code);
    await gone(pids);
    expect(existsSync(join(state.folder, "server.pid"))).toBe(false);
  });

  test.each([
    ["the outer process", 0],
    ["the server process", 1],
  ])("killing %s outright takes the rest with it, and the state survives", async (_, index) => {
    running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1" } });
    const pids = running.pids();
    const before = demo();
    running.signal("SIGKILL", pids[index]);
    await gone(pids);
    running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1" } });
    expect(demo().api_key).toBe(before.api_key);
  });

  test("a seed that is killed half-way is finished by the next start, each answer once", async () => {
    running = await start({ state: state.folder, until: "✓ Migrations" });
    const pids = running.pids();
    running.signal("SIGKILL", pids[1]);
    await gone(pids);
    expect(existsSync(join(state.folder, "demo.json"))).toBe(false);
    running = await start({ state: state.folder });
    const promised = Number(/(\d+) answers/.exec(running.output())?.[1]);
    const { form_id, api_key } = demo();
    const reply = await fetch(`${running.url}/api/v1/forms/${form_id}/responses?limit=1000`, { headers: { "X-API-Key": api_key } });
    const { responses } = (await reply.json()) as { responses: { seq: number }[] };
    expect(promised).toBeGreaterThan(300);
    expect(responses.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: promised }, (_, i) => i + 1));
  });

  test("a taken port, a second server on the same state and a bad port are each refused in one sentence", async () => {
    running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1" } });
    const other = emptyState();
    try {
      await expect(start({ state: other.folder, port: running.port })).rejects.toThrow(`Port ${running.port} is taken`);
      await expect(start({ state: state.folder })).rejects.toThrow("already runs on");
      await expect(start({ state: other.folder, env: { PORT: "eighty" } })).rejects.toThrow("PORT must be a number");
    } finally {
      other.remove();
    }
  });
});
