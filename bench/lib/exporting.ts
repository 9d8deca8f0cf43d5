// What the benches of exports and of PDF share: a form with many answers, and one export from asking to done.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fillForm } from "../../tools/lib/fill-store.ts";
import type { Headwater } from "./headwater.ts";
import { workerdMb } from "./workerd.ts";

const POLL_MS = 50;

export interface ExportView {
  id: string;
  job_id: string;
  status: string;
  progress: number;
  rows: number;
  size: number;
  error: string | null;
}

export interface Exported {
  rows: number;
  bytes: number;
  seconds: number;
  /** Of the whole server at most, above what it took before; in each quarter of the progress. */
  memoryByQuarterMb: number[];
}

export interface FormOfAnswers {
  title: string;
  fields: readonly unknown[];
  /** SQL over `i`. */
  data: string;
}

/** Publishes the form, stops the server and writes the answers into its store. */
export async function fillNewForm(
  headwater: Headwater,
  state: string,
  rows: number,
  { title, fields, data }: FormOfAnswers,
): Promise<string> {
  const { id } = await callApi<{ id: string }>(headwater, "POST", "/api/v1/forms", { title, schema: { fields } });
  await callApi(headwater, "POST", `/api/v1/forms/${id}/publish`);
  await callApi(headwater, "POST", `/api/v1/forms/${id}/responses`, { data: { name: "The last" } });
  await callApi(headwater, "GET", `/api/v1/forms/${id}/responses`);
  await headwater.stop();
  fillForm(join(state, "stores"), id, rows - 1, data);
  return id;
}

export async function timedExport(
  headwater: Headwater,
  body: { form_id: string; format: string; [more: string]: unknown },
): Promise<Exported> {
  await callApi(headwater, "GET", `/api/v1/forms/${body.form_id}/responses?limit=10`);
  const before = workerdMb();
  const peaks = [0, 0, 0, 0];
  let view = await callApi<ExportView>(headwater, "POST", "/api/v2/reports/exports", body);
  while (view.status === "queued" || view.status === "running") {
    await new Promise((done) => setTimeout(done, POLL_MS));
    const quarter = Math.min(3, Math.floor(view.progress * 4));
    peaks[quarter] = Math.max(peaks[quarter] ?? 0, workerdMb() - before);
    view = await callApi<ExportView>(headwater, "GET", `/api/v2/reports/exports/${view.id}`);
  }
  if (view.status !== "done") throw new Error(`${body.format}: ${view.status}, ${view.error}`);
  const job = await callApi<{ started_at: string; finished_at: string }>(headwater, "GET", `/api/v2/jobs/${view.job_id}`);
  // From when it was taken: how long a queue gathers messages is not the export's doing.
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1_000;
  return { rows: view.rows, bytes: view.size, seconds, memoryByQuarterMb: peaks };
}

/** Takes the place of what was measured before under the same name; the rest stays, each with its own day. */
export function keepMeasured<Line extends object>(file: string, line: Line, nameOf: (line: Line) => string): void {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { measured?: Line[] }).measured : undefined;
  const date = new Date().toISOString().slice(0, 10);
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  const measured = [...(known ?? []).filter((other) => nameOf(other) !== nameOf(line)), { ...line, date, load }];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ host: { cpu: cpus()[0]?.model, cores: cpus().length }, measured }, null, 2)}\n`);
}

async function callApi<T>({ url, demo }: Headwater, method: string, path: string, body?: unknown): Promise<T> {
  const headers = { Authorization: `Bearer ${demo.api_key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const reply = await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply.json() as Promise<T>;
}
