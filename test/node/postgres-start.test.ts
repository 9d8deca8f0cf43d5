// Headwater over the embedded Postgres, as processes: what was accepted is there after a kill, as it was left.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyState, isRunning, type Running, start, until } from "./support/headwater.ts";

let state: ReturnType<typeof emptyState>;
let running: Running | undefined;
const POSTGRES = { HEADWATER_POSTGRES: "1", HEADWATER_EMPTY: "1" };

beforeEach(() => {
  state = emptyState();
});
afterEach(async () => {
  for (const pid of running?.pids() ?? []) if (isRunning(pid)) process.kill(pid, "SIGKILL");
  await running?.exited;
  running = undefined;
  state.remove();
});

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; stale: string | null; json: unknown }> {
  const { api_key: key, form_id: form } = JSON.parse(readFileSync(join(state.folder, "demo.json"), "utf8"));
  const reply = await fetch(`${running?.url}/api/v1/forms/${form}/responses${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, stale: reply.headers.get("X-Stale"), json: text === "" ? null : JSON.parse(text) };
}

async function comments(query = ""): Promise<unknown[]> {
  const { status, stale, json } = await call("GET", `?sort=submitted_at${query}`);
  expect([status, stale]).toEqual([200, null]);
  return (json as { responses: { data: { comment: string } }[] }).responses.map(({ data }) => data.comment);
}

async function submit(comment: string): Promise<string> {
  const data = { branch: "harbour", visited_on: "2026-01-31", rating: 5, recommend: 9, comment };
  const { status, json } = await call("POST", "", { data });
  expect(status, JSON.stringify(json)).toBe(201);
  return (json as { id: string }).id;
}

describe.runIf(process.platform === "linux")("npm start with HEADWATER_POSTGRES=1", () => {
  test("submit, edit, delete, kill, start again: all as it was left", async () => {
    running = await start({ state: state.folder, env: POSTGRES });
    const ready = await (await fetch(`${running.url}/health/ready`)).json();
    expect(ready).toMatchObject({ checks: { postgres: { status: "ok" } } });
    const [edited, deleted] = [await submit("one"), await submit("two")];
    await submit("three");
    expect(await comments()).toEqual(["one", "two", "three"]);
    expect((await call("PATCH", `/${edited}`, { data: { comment: "first" } })).status).toBe(200);
    expect((await call("DELETE", `/${deleted}`)).status).toBe(204);
    // Not listed since: the ledger alone may know of it when everything is killed.
    await submit("four");
    const pids = running.pids();
    for (const pid of pids) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    await running.exited;
    await until(() => pids.every((pid) => !isRunning(pid)));

    running = await start({ state: state.folder, env: POSTGRES });
    expect(await comments()).toEqual(["first", "three", "four"]);
    expect(await comments("&q=first")).toEqual(["first"]);
    expect(await comments("&status=deleted")).toEqual(["two"]);
    expect(await comments(`&filter=${encodeURIComponent(JSON.stringify({ comment: { $in: ["three", "two"] } }))}`)).toEqual(["three"]);
  });

  test("a folder whose responses are in Postgres is not started over D1, nor the other way round", async () => {
    running = await start({ state: state.folder, env: POSTGRES });
    running.signal("SIGTERM");
    expect(await running.exited).toBe(0);
    await expect(start({ state: state.folder })).rejects.toThrow(/kept in the embedded Postgres/);
    const other = emptyState();
    try {
      running = await start({ state: other.folder, env: { HEADWATER_EMPTY: "1" } });
      running.signal("SIGTERM");
      expect(await running.exited).toBe(0);
      await expect(start({ state: other.folder, env: POSTGRES })).rejects.toThrow(/kept in D1/);
    } finally {
      other.remove();
    }
  });
});
