// Back-ups as their jobs make them, killed as often as wanted; and archives that somebody else has written.
import { env } from "cloudflare:test";
import { expect, vi } from "vitest";
import { folderOf, Manifest, type Part, removeAll, writePart } from "../../src/backups/archive";
import type { BackupResult } from "../../src/backups/finish";
import { type RestoreResult, restoreInto } from "../../src/backups/restore";
import { writeBackup } from "../../src/backups/write-backup";
import type { JobControl, JobOutcome } from "../../src/jobs";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { testContext } from "../support/context";
import { runJobs } from "../support/jobs";
import type { World } from "../support/world";

export interface Job {
  id: string;
  status: string;
  error: string | null;
  result: Record<string, unknown>;
}

export async function json<T>(reply: Promise<Response>): Promise<T> {
  const got = await reply;
  expect(got.status, await got.clone().text()).toBeLessThan(300);
  return got.json<T>();
}

export interface Empty {
  id: string;
  call: World["call"];
}

/** Another workspace of the same admin. */
export async function emptyWorkspace(world: World): Promise<Empty> {
  const { cookie } = await world.member("admin");
  const { id } = await json<{ id: string }>(world.call("POST", "/api/v1/workspaces", { name: "Fresh" }, { as: "admin" }));
  const call: World["call"] = (method, path, body, options = {}) =>
    world.call(method, path, body, { as: { cookie }, ...options, headers: { "X-Workspace-Id": id, ...options.headers } });
  return { id, call };
}

export async function finished(world: Pick<World, "call">, jobId: string, as?: "admin"): Promise<Job> {
  await runJobs("work");
  return vi.waitFor(async () => {
    const job = await json<Job & { attempts: number }>(
      world.call("GET", `/api/v2/jobs/${jobId}`, undefined, as === undefined ? {} : { as }),
    );
    // The queue itself may have given the job to another consumer.
    expect(job.status === "running" || job.attempts === 0).toBe(false);
    return job;
  });
}

class Died extends Error {}

function controlOf(saved: unknown, checkpoint: (state: unknown) => void, checkCancelled = () => {}): JobControl {
  return {
    jobId: "job_of_the_test",
    attempt: 1,
    correlationId: "req_test",
    createdBy: null,
    saved,
    signal: new AbortController().signal,
    isTimeUp: () => false,
    progress: async () => {},
    checkCancelled: async () => checkCancelled(),
    checkpoint: async (state) => checkpoint(JSON.parse(JSON.stringify(state))),
  };
}

type Work<T> = (control: JobControl) => Promise<JobOutcome<T>>;

/** Runs `work` to its end, slice by slice. */
export async function inOneGo<T>(work: Work<T>): Promise<T> {
  let saved: unknown = null;
  for (;;) {
    const outcome = await work(
      controlOf(saved, (state) => {
        saved = state;
      }),
    );
    if (outcome.kind === "done") return outcome.result;
  }
}

/** Runs `work` over and over, each time from what was noted last, killing it before and after each note, and once at each file. */
export async function dyingOften<T>(work: Work<T>): Promise<{ result: T; deaths: number }> {
  let saved: unknown = null;
  let deaths = 0;
  let deathsAtFiles = 0;
  for (let lives = 0; lives < 300; lives++) {
    const diesBeforeNoting = lives % 2 === 0;
    let notes = 0;
    let looks = 0;
    let hasDied = false;
    const note = (state: unknown) => {
      notes += 1;
      // The second note of a life is lost with it; so every step is taken, lost, and taken again.
      if (diesBeforeNoting && notes === 2) throw new Died();
      saved = state;
      if (!diesBeforeNoting && notes === 2) throw new Died();
    };
    const control = controlOf(saved, note, () => {
      looks += 1;
      // Each time it comes one file further.
      if (hasDied || looks !== deathsAtFiles + 1 || deathsAtFiles === 20) return;
      hasDied = true;
      deathsAtFiles += 1;
      throw new Died();
    });
    try {
      const outcome = await work(control);
      if (outcome.kind === "done") return { result: outcome.result, deaths };
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      deaths += 1;
    }
  }
  throw new Error("It never came to an end.");
}

export async function backUp(workspaceId: string): Promise<{ id: string; folder: string; result: BackupResult }> {
  const id = newId("backup");
  const ctx = asSystem(testContext(), workspaceId);
  const result = await inOneGo((control) => writeBackup(ctx, id, control));
  return { id, folder: folderOf(workspaceId, id), result };
}

export function restore(
  into: string,
  from: { workspaceId: string; id: string },
  { restoreId = newId("job"), settings = {} }: { restoreId?: string; settings?: Partial<Env> } = {},
): Promise<RestoreResult> {
  const ctx = asSystem(testContext({}, settings), into);
  return inOneGo((control) => restoreInto(ctx, { workspaceId: from.workspaceId, backupId: from.id, restoreId }, control));
}

/** What lies in a folder: lines by part, files by name. */
export interface Archive {
  manifest: Manifest;
  parts: Map<string, unknown[]>;
  files: Map<string, Uint8Array>;
}

export async function readArchive(folder: string): Promise<Archive> {
  const archive: Archive = { manifest: Manifest.parse({ ...NOTHING }), parts: new Map(), files: new Map() };
  for (const { key } of (await env.FILES.list({ prefix: folder })).objects) {
    const object = await env.FILES.get(key);
    if (object === null) continue;
    const name = key.slice(folder.length);
    if (name === "manifest.json") archive.manifest = Manifest.parse(await object.json());
    else if (!name.endsWith(".jsonl.gz")) archive.files.set(name, new Uint8Array(await object.arrayBuffer()));
    else {
      const text = await new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text();
      const lines = text.split("\n").filter((line) => line !== "");
      archive.parts.set(
        name,
        lines.map((line) => JSON.parse(line) as unknown),
      );
    }
  }
  return archive;
}

const NOTHING = {
  format: 2,
  backup_id: "",
  workspace: { id: "", name: "" },
  created_at: new Date(0).toISOString(),
  responses: 0,
  forms: [],
  tables: {},
  parts: [],
};

/** As somebody would who knows the format: every hash is right. Returns the back-up it has become, of the same workspace. */
export async function putArchive(workspaceId: string, { manifest, parts, files }: Archive): Promise<{ workspaceId: string; id: string }> {
  const id = newId("backup");
  const folder = folderOf(workspaceId, id);
  await removeAll(env.FILES, folder);
  const written: Part[] = [];
  for (const [name, lines] of parts) {
    const bytes = manifest.parts.find((part) => part.name === name)?.file_bytes;
    written.push(await writePart(env.FILES, folder, name, lines, bytes));
  }
  for (const [name, bytes] of files) await env.FILES.put(folder + name, bytes);
  await env.FILES.put(`${folder}manifest.json`, JSON.stringify({ ...manifest, parts: written }));
  return { workspaceId, id };
}

/** The same with other words in it, names of parts and files included. */
export function reworded(archive: Archive, words: Readonly<Record<string, string>>): Archive {
  const change = <T>(value: T): T =>
    JSON.parse(Object.entries(words).reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value))) as T;
  return {
    manifest: change(archive.manifest),
    parts: new Map([...archive.parts].map(([name, lines]) => [change(name), change(lines)])),
    files: new Map([...archive.files].map(([name, bytes]) => [change(name), bytes])),
  };
}

export const hashOf = async (bytes: ArrayBuffer | Uint8Array): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)).toHex();

interface Held {
  id: string;
  response_id: string | null;
}

/** What a workspace's form has of files, without what must differ between a form and its copy. */
export async function filesOf(call: World["call"], formId: string) {
  const { uploads } = await json<{ uploads: (Held & Record<"field" | "name" | "type" | "size" | "scan" | "created_at", unknown>)[] }>(
    call("GET", `/api/v1/uploads?form_id=${formId}`),
  );
  const seqs = new Map<string, number>();
  for (const status of ["", "?status=deleted"]) {
    const { responses } = await json<{ responses: { id: string; seq: number }[] }>(
      call("GET", `/api/v1/forms/${formId}/responses${status}`),
    );
    for (const { id, seq } of responses) seqs.set(id, seq);
  }
  return Promise.all(
    uploads
      .filter(({ response_id }) => response_id !== null)
      .map(async ({ id, response_id, field, name, type, size, scan, created_at }) => {
        const reply = await call("GET", `/api/v1/uploads/${id}/content`);
        expect(reply.status).toBe(200);
        const sha256 = await hashOf(await reply.arrayBuffer());
        return { field, name, type, size, scan, created_at, sha256, seq: seqs.get(response_id ?? "") };
      }),
  );
}

export async function formOf({ call }: Pick<World, "call">): Promise<string> {
  const { forms } = await json<{ forms: { id: string }[] }>(call("GET", "/api/v1/forms"));
  return forms[0]?.id ?? "";
}

export async function objectsOf(workspaceId: string): Promise<R2Object[]> {
  return (await env.FILES.list({ prefix: `uploads/${workspaceId}/` })).objects;
}
