import { expect } from "vitest";
import { runJobs } from "../support/jobs";
import type { World } from "../support/world";

export interface ExportView {
  id: string;
  job_id: string;
  status: string;
  progress: number;
  rows: number | null;
  size: number | null;
  position: string;
  file_name: string | null;
  download_url: string | null;
  expires_at: string | null;
  error: string | null;
}

export async function askExport(world: World, body: Record<string, unknown>): Promise<ExportView> {
  const reply = await world.call("POST", "/api/v2/reports/exports", body);
  expect(reply.status, await reply.clone().text()).toBe(202);
  return reply.json();
}

export async function readExport(world: World, id: string): Promise<ExportView> {
  return (await world.call("GET", `/api/v2/reports/exports/${id}`)).json();
}

/** Whoever takes it, this run or the real consumer: in the end it is done. */
export async function finished(world: World, id: string): Promise<ExportView> {
  for (let i = 0; i < 200; i++) {
    await runJobs("exports");
    const view = await readExport(world, id);
    if (!["queued", "running"].includes(view.status)) return view;
  }
  throw new Error("The export does not come to an end.");
}

export async function exported(world: World, body: Record<string, unknown>): Promise<{ view: ExportView; file: Response }> {
  const view = await finished(world, (await askExport(world, body)).id);
  expect(view.error).toBeNull();
  expect(view.status).toBe("done");
  return { view, file: await download(world, view) };
}

export function download(world: World, view: ExportView, headers?: Record<string, string>): Promise<Response> {
  const url = new URL(view.download_url ?? "");
  return world.call("GET", `${url.pathname}${url.search}`, undefined, { key: null, headers });
}

export async function filesOf(bucket: R2Bucket, workspaceId: string): Promise<string[]> {
  return (await bucket.list({ prefix: `exports/${workspaceId}/` })).objects.map(({ key }) => key);
}
