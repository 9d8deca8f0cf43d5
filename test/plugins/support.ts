// Plugins of a world, and what became of their runs.
import { env } from "cloudflare:test";
import { deliverRun, followEntries } from "../../src/plugins";
import { asSystem } from "../../src/shared/context";
import { openPrimaryStore } from "../../src/store";
import { testContext } from "../support/context";
import { told } from "../support/told";
import type { CallOptions, World } from "../support/world";

export interface PluginReply {
  id: string;
  status: string;
  status_reason: string | null;
  version: number;
  mode: string;
  config: Record<string, unknown>;
  events: string[];
  allowed_hosts: string[];
  permissions: string[];
  secret_names: string[];
  failures: number;
  next_run_at: string | null;
  declares: { hooks: string[]; schedule: string | null; config_schema: unknown };
}
export interface RunReply {
  id: string;
  event_id: string;
  event_type: string;
  kind: string;
  outcome: "ok" | "error" | "timeout" | "limit" | null;
  duration_ms: number;
  logs: { level: string; text: string }[];
  error: string | null;
  version: number;
}
export interface Problem {
  code: string;
  detail: string;
  errors?: { path: string; message: string; code: string; line?: number; column?: number }[];
}

export const hook = (body: string, method = "onResponseSubmitted", statics = "") =>
  `export default class extends FormPlugin {\n  ${statics}\n  async ${method}(payload, ctx) {\n    ${body}\n  }\n}`;

export async function tryInstall(world: World, source: string, more: Record<string, unknown> = {}, options?: CallOptions) {
  const reply = await world.call("POST", "/api/v2/plugins", { name: "Test", source, events: ["response.submitted"], ...more }, options);
  return { status: reply.status, body: (await reply.json()) as PluginReply & Problem };
}

export async function install(world: World, source: string, more: Record<string, unknown> = {}): Promise<PluginReply> {
  const { status, body } = await tryInstall(world, source, more);
  if (status !== 201) throw new Error(`Not installed: ${status} ${JSON.stringify(body)}`);
  return body;
}

export async function tryOut(world: World, id: string, event: unknown = { type: "response.submitted", data: { id: "rsp_1", data: {} } }) {
  const reply = await world.call("POST", `/api/v2/plugins/${id}/test`, { event });
  if (reply.status !== 200) throw new Error(`Not tried: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as RunReply;
}

export async function runsOf(world: World, id: string): Promise<RunReply[]> {
  const reply = await world.call("GET", `/api/v2/plugins/${id}/runs`);
  return ((await reply.json()) as { runs: RunReply[] }).runs;
}

export async function readJson<T>(reply: Promise<Response>): Promise<T> {
  return (await (await reply).json()) as T;
}

/** Tells the followers of what has been settled, and does the runs that are due, without waiting for a queue. */
export async function follow(world: World, formId: string): Promise<void> {
  const ctx = asSystem(testContext(), world.workspaceId);
  const [mark] = await openPrimaryStore(env).marks(formId);
  await followEntries(ctx, told({ formId, workspaceId: world.workspaceId, toSeq: mark?.seq ?? 0 }));
  await runDue(world);
}

export async function runDue(world: World): Promise<void> {
  const { results } = await env.DB.prepare("SELECT id FROM plugin_runs WHERE workspace_id = ?1 AND status <> 'done'")
    .bind(world.workspaceId)
    .all<{ id: string }>();
  for (const { id } of results) await deliverRun(testContext(), id);
}
