import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { download, exported, filesOf } from "../reports/support";
import { createForm } from "../responses/support";
import { hookWorld, receiver } from "../webhooks/support";

afterEach(() => {
  vi.restoreAllMocks();
});

test("what was made of an erased response goes with it: files, what receivers sent back; another form's files stay", async () => {
  const echo = receiver(({ text }) => new Response(text));
  const world = await hookWorld();
  await world.hook({ url: echo.url });
  const { id } = await world.accepted({ name: "Ada", email: "ada@example.com" });
  const deliveries = `/api/v1/forms/${world.formId}/responses/${id}/deliveries`;
  const attemptsWith = async (name: string) => {
    const { results } = await env.DB.prepare("SELECT response FROM webhook_attempts WHERE workspace_id = ?1").bind(world.workspaceId).all();
    return results.filter(({ response }) => String(response).includes(name)).length;
  };
  await vi.waitFor(async () => expect(await attemptsWith("ada@example.com")).toBe(1), 10_000);
  const other = await createForm();
  await other.accepted({ name: "Bob" });
  const { view, file } = await exported(world, { form_id: world.formId, format: "csv" });
  const others = await exported(other, { form_id: other.formId, format: "csv" });
  expect(await file.text()).toContain("ada@example.com");

  const erased = await world.call("POST", `/api/v1/forms/${world.formId}/responses/${id}/erase`, undefined, { as: "admin" });
  expect(erased.status).toBe(204);
  await vi.waitFor(async () => {
    expect((await download(world, view)).status).toBe(410);
    expect(await attemptsWith("ada@example.com")).toBe(0);
  }, 10_000);
  expect(JSON.stringify(await (await world.call("GET", deliveries)).json())).not.toContain("ada@example.com");
  expect(await filesOf(env.FILES, world.workspaceId)).toEqual([]);
  expect((await download(other, others.view)).status).toBe(200);
});
