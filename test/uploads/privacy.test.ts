// Whoever is exported gets their files; whoever is forgotten leaves none.
import { env } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { startRetention } from "../../src/privacy";
import { testContext } from "../support/context";
import { runJobs } from "../support/jobs";
import { type FileWorld, fileWorld, PDF, textOf } from "./support";

const ADMIN = { as: "admin" } as const;
const objectsOf = async ({ workspaceId }: FileWorld) => (await env.FILES.list({ prefix: `uploads/${workspaceId}/` })).objects.length;

async function ask(world: FileWorld, kind: "erase" | "export", value: string): Promise<string> {
  const reply = await world.call("POST", "/api/v2/privacy/requests", { kind, value }, ADMIN);
  expect(reply.status, await reply.clone().text()).toBe(202);
  const { id } = (await reply.json()) as { id: string };
  await runJobs("work");
  return id;
}

test("an export of a person has links to their files; their erasure takes those files and no other", async () => {
  const world = await fileWorld();
  const [mine, theirs] = [await world.uploaded({ name: "ada.pdf" }), await world.uploaded({ name: "bob.pdf" })];
  expect((await world.submit({ name: "ada@example.com", cv: [mine.id] })).status).toBe(201);
  expect((await world.submit({ name: "bob@example.com", cv: [theirs.id] })).status).toBe(201);
  const id = await ask(world, "export", "ada@example.com");
  const reply = await world.call("GET", `/api/v2/privacy/requests/${id}/download`, undefined, ADMIN);
  const exported = (await reply.json()) as { forms: { responses: { files: { name: string; url: string }[] }[] }[] };
  const files = exported.forms.flatMap(({ responses }) => responses.flatMap((response) => response.files));
  expect(files.map(({ name }) => name)).toEqual(["ada.pdf"]);
  const url = new URL(files[0]?.url ?? "");
  expect(await textOf(await world.call("GET", url.pathname + url.search, undefined, { key: null }))).toBe(PDF);

  await ask(world, "erase", "ada@example.com");
  await vi.waitFor(async () => expect(await objectsOf(world)).toBe(1), 10_000);
  expect((await world.call("GET", url.pathname + url.search, undefined, { key: null })).status).toBe(410);
  expect((await world.call("GET", `/api/v1/uploads/${theirs.id}/content`)).status).toBe(200);
});

test("what a form keeps no longer loses its files as well", async () => {
  const world = await fileWorld();
  const { id } = await world.uploaded();
  expect((await world.submit({ cv: [id] })).status).toBe(201);
  await world.call("PUT", `/api/v1/forms/${world.formId}/retention`, { answers_days: 30, partial_days: null, deleted_days: null }, ADMIN);
  const now = () => Date.now() + 31 * 86_400_000;
  await startRetention(testContext({ now }));
  await runJobs("work", now);
  await vi.waitFor(async () => expect(await objectsOf(world)).toBe(0), 10_000);
  expect((await world.call("GET", `/api/v1/uploads/${id}`)).status).toBe(404);
});
