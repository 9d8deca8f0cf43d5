// The real server, in one thread as on a laptop, while plugins try what they may: it goes on answering, and none gets away with it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePlugin } from "../../tools/lib/build-plugins.ts";
import { ROOT } from "../../tools/lib/paths.ts";
import { scaffold } from "../../tools/lib/plugin-scaffold.ts";
import { ATTACKS } from "../plugins/attacks.ts";
import { emptyState, isRunning, type Running, start } from "./support/headwater.ts";

const ANSWERS_WITHIN_MS = 1_000;
/** A machine that is busy with something else answers late as well: only what is late each time is a plugin's doing. */
const TRIES = 3;

let state: ReturnType<typeof emptyState>;
let running: Running;
let key: string;

beforeAll(async () => {
  state = emptyState();
  running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1", HEADWATER_LIMITS: "off" } });
  key = JSON.parse(readFileSync(`${state.folder}/demo.json`, "utf8")).api_key;
});
afterAll(async () => {
  const pids = running?.pids() ?? [];
  running?.signal("SIGTERM");
  await running?.exited;
  for (const pid of pids) if (isRunning(pid)) process.kill(pid, "SIGKILL");
  state.remove();
});

async function tryOut(source: string, event: unknown, more: Record<string, unknown> = {}) {
  const made = await call("POST", "", { name: "Guide", source, events: [], ...more });
  expect(made).toMatchObject({ status: 201 });
  const run = await call("POST", `/${made.body.id}/test`, { event });
  return run.body;
}

describe.runIf(process.platform === "linux")("what authors are told", () => {
  const guide = readFileSync(join(ROOT, "docs/plugins.md"), "utf8");
  const plugin = (name: string) => new RegExp(`\`\`\`js plugin=${name}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? "";
  const event = { type: "response.submitted", data: { id: "rsp_1", data: { name: "Ada" } } };

  test("the guide's first plugin does what the guide says", async () => {
    const run = await tryOut(plugin("greeter"), event, { config: { greeting: "Welcome" } });
    expect(run).toMatchObject({ outcome: "ok", logs: [{ level: "info", text: "Welcome! Response rsp_1 is number 1." }] });
  });

  test("the guide's validator is one", async () => {
    const made = await call("POST", "", { name: "No shouting", source: plugin("validator"), events: [] });
    expect(made).toMatchObject({ status: 201, body: { declares: { hooks: ["validate"] } } });
    await call("DELETE", `/${made.body.id}`);
  });

  test("every path that the guide names is one of the API's", async () => {
    const document = (await (await fetch(`${running.url}/api/openapi.json`)).json()) as { paths: Record<string, unknown> };
    for (const verb of ["test", "runs", "rollback", "enable"])
      expect(Object.keys(document.paths)).toContain(`/api/v2/plugins/{id}/${verb}`);
    expect(Object.keys(document.paths)).toContain("/api/v2/plugins/offered");
  });

  test.each(["strict", "metered"])("what `plugin:new` makes is a plugin, %s", async (mode) => {
    const folder = mkdtempSync(join(tmpdir(), "headwater-plugin-"));
    try {
      const file = join(folder, "say-hello.ts");
      writeFileSync(file, scaffold("say-hello")["plugins/say-hello.ts"] ?? "");
      const run = await tryOut(await bundlePlugin(file), event, { mode });
      expect(run).toMatchObject({ outcome: "ok", logs: [{ text: "Hello, rsp_1: number 1" }] });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function call(method: string, path: string, body?: unknown) {
  const reply = await fetch(`${running.url}/api/v2/plugins${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === "" ? null : JSON.parse(text) };
}

/** The longest that anybody else has waited while this was going on. */
async function slowestWhile(work: () => Promise<void>): Promise<number> {
  let done = false;
  let slowest = 0;
  const watch = async () => {
    while (!done) {
      const asked = performance.now();
      expect((await fetch(`${running.url}/health/live`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - asked);
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    done = true;
    await watching;
  }
  return slowest;
}

describe.runIf(process.platform === "linux").each(["strict", "metered"])("%s", (mode) => {
  test.for(ATTACKS)("$name", { timeout: 120_000 }, async ({ source, ends }) => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const slowest = await slowestWhile(async () => {
        const made = await call("POST", "", { name: "Attack", source, mode, events: [], allowed_hosts: ["granted.example.com"] });
        expect([201, 422]).toContain(made.status);
        if (made.status === 422) {
          if (ends !== undefined) expect(ends).toContain("refused");
          return;
        }
        const run = await call("POST", `/${made.body.id}/test`, { event: { type: "response.submitted", data: { id: "rsp_1", data: {} } } });
        expect(run.status).toBe(200);
        expect(JSON.stringify(run.body.logs)).not.toContain("ESCAPED");
        if (ends !== undefined) expect(ends).toContain(run.body.outcome);
        await call("DELETE", `/${made.body.id}`);
      });
      waits.push(Math.round(slowest));
      if (slowest < ANSWERS_WITHIN_MS) return;
    }
    expect.fail(`/health/live took ${waits.join(", ")} ms`);
  });
});
