// The product through its API, as another program uses it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Running } from "./headwater.ts";

export interface Client {
  call(method: string, path: string, body?: unknown): Promise<Response>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function clientOf(server: Pick<Running, "url">, state: string): Client {
  const { api_key: key } = JSON.parse(readFileSync(join(state, "demo.json"), "utf8")) as { api_key: string };
  const call = (method: string, path: string, body?: unknown) =>
    fetch(new URL(path, server.url), {
      method,
      headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    call,
    json: async <T>(method: string, path: string, body?: unknown) => {
      const reply = await call(method, path, body);
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
      return reply.json() as Promise<T>;
    },
  };
}

export interface ExportReply {
  id: string;
  job_id: string;
  status: string;
  progress: number;
  rows: number;
  download_url: string | null;
  error: string | null;
}

export async function createForm(client: Client, title: string, fields: unknown[]): Promise<string> {
  const { id } = await client.json<{ id: string }>("POST", "/api/v1/forms", { title, schema: { fields } });
  await client.json("POST", `/api/v1/forms/${id}/publish`);
  return id;
}

export async function waitForExport(client: Client, id: string, limitMs = 120_000): Promise<ExportReply> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const view = await client.json<ExportReply>("GET", `/api/v2/reports/exports/${id}`);
    if (!["queued", "running"].includes(view.status)) return view;
    if (Date.now() > deadline) throw new Error(`The export is ${view.status} at ${view.progress}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

export async function exported(client: Client, body: Record<string, unknown>): Promise<Uint8Array> {
  const { id } = await client.json<ExportReply>("POST", "/api/v2/reports/exports", body);
  const view = await waitForExport(client, id);
  if (view.status !== "done" || view.download_url === null) throw new Error(`The export ended as ${view.status}: ${view.error}`);
  const file = await fetch(view.download_url);
  if (!file.ok) throw new Error(`The file: ${file.status}`);
  return new Uint8Array(await file.arrayBuffer());
}
