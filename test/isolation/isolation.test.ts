// Who may call what, over every route of the OpenAPI document. Routes are not listed here: the document lists them.
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../src/pages/errors";
import { PERMISSIONS, type Permission, ROLES, SCOPES } from "../../src/shared/context";
import { createWorld } from "../support/world";
import { callerOf, fill, realPath } from "./fixtures";
import { type Operation, operations } from "./operations";

const owner = await createWorld();
const stranger = await createWorld();
const ofOwner = new Map<string, string>();
for (const { path } of operations) if (!ofOwner.has(path)) ofOwner.set(path, await realPath(path, owner));

const guarded = operations.filter(({ access }) => access !== "public");
const withPermission = guarded.filter((operation): operation is Operation & { access: Permission } => operation.access in PERMISSIONS);
const withIds = operations.filter(({ pathParams, access }) => pathParams.length > 0 && access !== "public");
const withBody = operations.filter(({ body }) => body !== null);

const pathOf = ({ path }: Operation) => ofOwner.get(path) ?? "";
const bodyOf = (operation: Operation) => (operation.body === null ? undefined : operation.example);

test("the document lists the routes and each body has an example that tests and readers can use", () => {
  expect(operations.length).toBeGreaterThan(15);
  expect(withBody.filter(({ example }) => example === undefined).map(({ name }) => name)).toEqual([]);
});

describe("without credentials, or with wrong ones", () => {
  test.each(guarded)("$name answers 401", async (operation) => {
    await expectProblem(await owner.call(operation.method, pathOf(operation), bodyOf(operation), { key: null }), 401);
    await expectProblem(
      await owner.call(operation.method, pathOf(operation), bodyOf(operation), { key: "hw_nobody-was-ever-given-this" }),
      401,
    );
  });
});

describe("with a key of every scope but the one that is needed", () => {
  test.each(withPermission)("$name answers 403", async (operation) => {
    const needed = PERMISSIONS[operation.access].scope;
    const key = await owner.makeKey(SCOPES.filter((scope) => scope !== needed));
    await expectProblem(await owner.call(operation.method, pathOf(operation), bodyOf(operation), { key }), 403);
  });
});

describe("signed in with a role that does not reach", () => {
  test.each(withPermission.filter(({ access }) => PERMISSIONS[access].role !== "viewer"))("$name answers 403", async (operation) => {
    const { role } = PERMISSIONS[operation.access];
    for (const lower of ROLES.slice(0, ROLES.indexOf(role))) {
      await expectProblem(await owner.call(operation.method, pathOf(operation), bodyOf(operation), { as: lower }), 403);
    }
  });
});

describe("with another workspace's ids", () => {
  const open = withIds.filter(({ access }) => access !== "operator");
  test.each(open)("$name answers 404", async (operation) => {
    await expectProblem(await stranger.call(operation.method, pathOf(operation), bodyOf(operation), callerOf(operation)), 404);
  });

  test("nothing a stranger can list names the owner's workspace or things", async () => {
    const ids = [...new Set([...ofOwner.values()].flatMap((path) => path.match(/\b[a-z]+_[0-9a-z]{26}\b/g) ?? []))];
    expect(ids.length).toBeGreaterThan(0);
    for (const operation of operations.filter(({ method, pathParams }) => method === "GET" && pathParams.length === 0)) {
      const text = await textOf(await stranger.call("GET", operation.path, undefined, callerOf(operation)));
      for (const id of [owner.workspaceId, ...ids]) expect(text, `${operation.name} shows ${id}`).not.toContain(id);
    }
  });
});

/** A feed has no end: what it begins with is read. */
async function textOf(reply: Response): Promise<string> {
  if (reply.headers.get("Content-Type")?.startsWith("text/event-stream") !== true) return reply.text();
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return first?.value ?? "";
}

describe("with ids that nobody gave out", () => {
  const HOSTILE = [
    "%00",
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201%3D1--",
    "__proto__",
    "frm_",
    "x".repeat(3_000),
    "%F0%9F%92%A5",
    "%E2%80%AE",
    "-1",
    "1e309",
  ];
  test.each(withIds)("$name answers 404 or 422", async (operation) => {
    for (const value of HOSTILE) {
      const path = fill(
        operation.path,
        operation.pathParams.map(() => value),
      );
      const reply = await owner.call(operation.method, path, bodyOf(operation), callerOf(operation));
      expect([401, 404, 422], `${operation.name} with ${value.slice(0, 40)}`).toContain(reply.status);
      await expectProblem(reply, reply.status);
    }
  });
});

describe("with a body that is not what it should be", () => {
  const open = withBody.filter(({ access }) => access !== "operator");
  test.each(open)("$name answers 400, 413, 415 or 422", async (operation) => {
    const send = (body: string, type = "application/json") =>
      owner.call(operation.method, pathOf(operation), body, { ...callerOf(operation), headers: { "Content-Type": type } });
    await expectProblem(await send("{"), 400);
    await expectProblem(await send(""), 400);
    await expectProblem(await send("{}", "text/plain"), 415);
    await expectProblem(await send(`{"padding":"${"x".repeat(1024 * 1024)}"}`), 413);
    for (const junk of [
      "null",
      "[]",
      '"text"',
      "0",
      '{"__proto__":{"admin":true},"constructor":1}',
      "[".repeat(5_000) + "]".repeat(5_000),
    ]) {
      await expectProblem(await send(junk), 422);
    }
  });
});

async function expectProblem(reply: Response, status: number): Promise<void> {
  const text = await reply.text();
  expect(reply.status, text.slice(0, 300)).toBe(status);
  expect(reply.headers.get("Content-Type")).toContain("application/problem+json");
  expect(reply.headers.get("X-Request-Id")).toMatch(/^req_/);
  const problem: { status: number; code: string; detail: string; request_id: string } = JSON.parse(text);
  expect(problem).toMatchObject({
    status,
    code: expect.any(String),
    detail: expect.any(String),
    request_id: reply.headers.get("X-Request-Id"),
  });
  expect(ERROR_CODES, "a code that /docs/errors does not explain").toHaveProperty(problem.code);
  expect(text).not.toMatch(/\bat \w+.*\.(ts|js):\d+|SQLITE|D1_ERROR|SELECT /);
}
