// Files of responses in a back-up: out, back in beside the original, and the same to the last byte.
import { env } from "cloudflare:test";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { folderOf } from "../../src/backups/archive";
import { eraseResponse } from "../../src/responses";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { testContext } from "../support/context";
import { runJobs } from "../support/jobs";
import { createWorld } from "../support/world";
import { type FileWorld, fileWorld, PDF, PNG, type Receipt, textOf } from "../uploads/support";
import {
  backUp,
  type Empty,
  emptyWorkspace,
  filesOf,
  finished,
  formOf,
  json,
  objectsOf,
  putArchive,
  readArchive,
  restore,
} from "./support";

const PART = 8 * 1024 * 1024;
const NAME = "Lebenslauf – 履歴書 ☃.pdf";

interface Held extends Receipt {
  response_id: string | null;
  created_at: string;
}
interface Listed {
  id: string;
  seq: number;
  data: Record<string, unknown>;
}

/** More than one part of the store's, no two of them the same. */
function large(): Uint8Array {
  const bytes = new Uint8Array(PART + 1_000);
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  bytes.set(new TextEncoder().encode("%PDF-1.7\n"));
  return bytes;
}

async function uploadInParts({ call, formId }: FileWorld, bytes: Uint8Array): Promise<string> {
  const file = { field: "cv", name: "large.pdf", type: "application/pdf", size: bytes.length };
  const { id } = await json<Receipt>(call("POST", `/api/v1/forms/${formId}/resumable-uploads`, file, { key: null }));
  const path = `/api/v1/forms/${formId}/uploads/${id}`;
  for (let i = 0; i * PART < bytes.length; i++)
    await json(
      call("PUT", `${path}/parts/${i + 1}`, bytes.slice(i * PART, (i + 1) * PART), { key: null, headers: { "Content-Type": "" } }),
    );
  await json(call("POST", `${path}/complete`, undefined, { key: null }));
  return id;
}

async function submitted(world: FileWorld, data: Record<string, unknown>, body?: Record<string, unknown>) {
  const reply = await world.submit(data, body === undefined ? {} : { body });
  expect(reply.status, await reply.clone().text()).toBe(201);
  return (await reply.json()) as { id: string; resume_token?: string };
}

const erase = (world: FileWorld, id: string) => eraseResponse(asSystem(testContext(), world.workspaceId), world.formId, id);

let world: FileWorld;
let made: { id: string; workspaceId: string; folder: string };
let copy: Empty;
let copied: string;
let gone: Record<"unclaimed" | "erased", string>;
let inText: string;

const listed = async (call: FileWorld["call"], form: string) =>
  (await json<{ responses: Listed[] }>(call("GET", `/api/v1/forms/${form}/responses`))).responses;
interface Entry {
  kind: string;
  response_id: string;
  data_hash: string;
}
const entriesOf = async (call: FileWorld["call"], form: string) =>
  (await json<{ entries: Entry[] }>(call("GET", `/api/v1/forms/${form}/entries`))).entries;

/** Each digest, after it was compared: by the server with its answers, here with the entry before and with what the response says. */
async function provenDigests(call: FileWorld["call"], form: string): Promise<string[]> {
  expect(await json(call("POST", `/api/v1/forms/${form}/verify`, undefined))).toMatchObject({ ok: true, drift: [] });
  const latest = new Map<string, string>();
  const entries = await entriesOf(call, form);
  for (const { kind, response_id, data_hash } of entries) {
    if (kind === "delete" || kind === "restore") expect(data_hash).toBe(latest.get(response_id));
    latest.set(response_id, data_hash);
  }
  const { results } = await env.DB.prepare("SELECT id, data_hash FROM responses WHERE form_id = ?1").bind(form).all();
  for (const { id, data_hash } of results) expect(data_hash).toBe(latest.get(String(id)));
  return entries.map(({ data_hash }) => data_hash);
}

beforeAll(async () => {
  world = await fileWorld();
  const signed = await world.uploaded({ bytes: PNG, name: "s.png", type: "image/png", field: "signed" });
  const photo = await world.uploaded({ bytes: PNG, name: "me.png", type: "image/png", field: "people.0.photo" });
  const named = await world.uploaded({ name: NAME });
  const big = await uploadInParts(world, large());
  inText = named.id;
  // Who writes another file's id into a text has written a text.
  await submitted(world, { name: inText, cv: [named.id, big], signed: signed.id, people: [{ photo: [photo.id] }] });
  const first = await world.uploaded({ bytes: "one", name: "one.txt", type: "text/plain", field: "anything" });
  const { resume_token } = await submitted(world, { anything: [first.id] }, { status: "partial" });
  const edited = await submitted(world, { anything: [first.id], name: "Later" }, { resume_token });
  const second = await world.uploaded({ bytes: "two", name: "two.txt", type: "text/plain", field: "anything" });
  const path = `/api/v1/forms/${world.formId}/responses`;
  await json(world.call("PATCH", `${path}/${edited.id}`, { data: { anything: [second.id] } }));
  const binned = await world.uploaded({ bytes: "three", name: "three.txt", type: "text/plain" });
  const bin = await submitted(world, { cv: [binned.id] });
  for (const step of ["DELETE", "POST", "DELETE"])
    expect(
      (await world.call(step, `${path}/${bin.id}${step === "POST" ? "/restore" : ""}`, undefined, { as: "admin" })).status,
    ).toBeLessThan(300);
  const forgotten = await world.uploaded({ name: "forgotten.pdf" });
  await erase(world, (await submitted(world, { cv: [forgotten.id] })).id);
  gone = { unclaimed: (await world.uploaded({ name: "nobody.pdf" })).id, erased: forgotten.id };

  const backup = await json<{ id: string; job_id: string }>(world.call("POST", "/api/v2/backups", undefined, { as: "admin" }));
  made = { id: backup.id, workspaceId: world.workspaceId, folder: folderOf(world.workspaceId, backup.id) };
  expect(await finished(world, backup.job_id)).toMatchObject({ status: "done", error: null, result: { responses: 4, files: 7 } });
  copy = await emptyWorkspace(world);
  const { job_id } = await json<{ job_id: string }>(copy.call("POST", `/api/v2/backups/${backup.id}/restore`));
  const bytes = PNG.length * 2 + PDF.length + PART + 1_000 + "onetwothree".length;
  expect(await finished(copy, job_id)).toMatchObject({
    status: "done",
    error: null,
    result: { responses: 4, files: 7, file_bytes: bytes, drift: 0, same_ids: false },
  });
  copied = await formOf(copy);
  await vi.waitFor(async () => expect((await world.call("GET", `/api/v1/uploads/${forgotten.id}`)).status).toBe(404), 10_000);
}, 60_000);

describe("a workspace with files", () => {
  test("has in its back-up those of its responses, and no other: not what nobody submitted, nor of whom was erased", async () => {
    const archive = await readArchive(made.folder);
    const text = JSON.stringify([...archive.parts.entries(), ...archive.files.keys()]);
    for (const id of Object.values(gone)) expect(text).not.toContain(id);
    expect(text).not.toContain("forgotten.pdf");
    expect(archive.files.size).toBe(7);
    expect(archive.manifest).toMatchObject({ format: 2, forms: [{ uploads: { rows: 7 } }] });
    const { files, size } = await json<{ files: number; size: number }>(
      world.call("GET", `/api/v2/backups/${made.id}`, undefined, { as: "admin" }),
    );
    expect(files).toBe(7);
    const lying = (await env.FILES.list({ prefix: made.folder })).objects.filter(({ key }) => !key.endsWith("manifest.json"));
    expect(size).toBe(lying.reduce((sum, object) => sum + object.size, 0));
  });

  test("has them all again beside the original: names, types, sizes, responses, and every byte", async () => {
    const [was, is] = [await filesOf(world.call, world.formId), await filesOf(copy.call, copied)];
    expect(was).toHaveLength(7);
    expect(was.map(({ name }) => name)).toContain(NAME);
    expect(is.map((file) => JSON.stringify(file)).toSorted()).toEqual(was.map((file) => JSON.stringify(file)).toSorted());
  });

  test("names its own files in its answers, and leaves texts alone", async () => {
    const [was, is] = [await listed(world.call, world.formId), await listed(copy.call, copied)];
    const ids = (responses: Listed[]) =>
      [...JSON.stringify(responses.map(({ data }) => ({ ...data, name: "" }))).matchAll(/upl_\w+/g)].map(String);
    expect(ids(is)).toHaveLength(ids(was).length);
    expect(ids(is).filter((id) => ids(was).includes(id))).toEqual([]);
    for (const id of ids(is)) expect((await copy.call("GET", `/api/v1/uploads/${id}`)).status).toBe(200);
    for (const id of ids(was)) expect((await copy.call("GET", `/api/v1/uploads/${id}`)).status).toBe(404);
    expect(is.map(({ data }) => data.name)).toContain(inText);
  });

  test("still proves itself: every digest is that of the answers it stands beside, also where they were binned", async () => {
    const digests = await provenDigests(copy.call, copied);
    const original = await json<{ entries: { data_hash: string }[] }>(world.call("GET", `/api/v1/forms/${world.formId}/entries`));
    expect(digests).not.toEqual(original.entries.map(({ data_hash }) => data_hash));
  });

  test("proves itself also when every entry came in a part of its own", async () => {
    const archive = await readArchive(made.folder);
    const pieces = [...archive.parts].flatMap(([name, lines]): [string, unknown[]][] =>
      name.startsWith("2-entries/") && !name.endsWith("/end.jsonl.gz")
        ? lines.map((line, i) => [name.replace(/\d+\.jsonl/, `${String(i + 1).padStart(12, "0")}.jsonl`), [line]])
        : [[name, lines]],
    );
    const fresh = await createWorld();
    const from = await putArchive(world.workspaceId, { ...archive, parts: new Map(pieces) });
    expect(await restore(fresh.workspaceId, from)).toMatchObject({ files: 7, drift: 0 });
    expect(await provenDigests(fresh.call, await formOf(fresh))).toHaveLength(
      await entriesOf(copy.call, copied).then(({ length }) => length),
    );
  });

  test("hands them out by link and in exports, and an edit keeps them", async () => {
    const response = (await listed(copy.call, copied)).find(({ data }) => data.name === inText);
    const { cv, name } = (response?.data ?? {}) as { cv: string[]; name: string };
    const { url } = await json<{ url: string }>(copy.call("POST", `/api/v1/uploads/${cv[0]}/link`, {}));
    const { pathname, search } = new URL(url);
    expect(await textOf(await world.call("GET", pathname + search, undefined, { key: null }))).toBe(PDF);
    const view = await json<{ id: string; job_id: string }>(
      copy.call("POST", "/api/v2/reports/exports", { form_id: copied, format: "json" }),
    );
    await runJobs("exports");
    const link = await vi.waitFor(async () => {
      const { download_url } = await json<{ download_url: string | null }>(copy.call("GET", `/api/v2/reports/exports/${view.id}`));
      if (download_url === null) throw new Error("It is still being made.");
      return new URL(download_url);
    }, 10_000);
    const exported = await textOf(await world.call("GET", link.pathname + link.search, undefined, { key: null }));
    for (const id of cv) expect(exported).toContain(`/u/${id}?expires=`);
    const patched = await copy.call("PATCH", `/api/v1/forms/${copied}/responses/${response?.id}`, { data: { name: `${name}!`, cv } });
    expect(patched.status, await patched.clone().text()).toBe(200);
  });

  test("counts what it keeps", async () => {
    const usage = await env.DB.prepare("SELECT files, bytes FROM upload_usage WHERE workspace_id = ?1").bind(copy.id).first();
    expect(usage).toEqual({ files: 7, bytes: (await objectsOf(copy.id)).reduce((sum, { size }) => sum + size, 0) });
  });
});

test("what was downloaded is the whole back-up: put back where it lay, it is restored", async () => {
  const reply = await world.call("GET", `/api/v2/backups/${made.id}/download`, undefined, { as: "admin" });
  const unzipped = unzipSync(new Uint8Array(await reply.arrayBuffer()));
  const id = newId("backup");
  for (const [name, bytes] of Object.entries(unzipped)) await env.FILES.put(folderOf(world.workspaceId, id) + name, bytes);
  const fresh = await emptyWorkspace(world);
  expect(await restore(fresh.id, { workspaceId: world.workspaceId, id })).toMatchObject({ files: 7, drift: 0 });
  const [was, is] = [await filesOf(world.call, world.formId), await filesOf(fresh.call, await formOf(fresh))];
  expect(is.map(({ sha256 }) => sha256).toSorted()).toEqual(was.map(({ sha256 }) => sha256).toSorted());
});

test("more files than one list or one run takes are all carried, each once", async () => {
  const own = await fileWorld();
  const made = await Promise.all(
    Array.from({ length: 260 }, (_, i) => own.uploaded({ bytes: `file ${i}`, name: `${i}.txt`, type: "text/plain", field: "anything" })),
  );
  const ids = made.map(({ id }) => id);
  const { id } = await submitted(own, { anything: ids.slice(0, 5) });
  for (let i = 10; i < 260; i += 10) await submitted(own, { anything: ids.slice(i, i + 10) });
  // Names those again that the response has already.
  await json(own.call("PATCH", `/api/v1/forms/${own.formId}/responses/${id}`, { data: { anything: ids.slice(0, 10) } }));
  const backup = await backUp(own.workspaceId);
  expect(backup.result).toMatchObject({ files: 260 });
  const archive = await readArchive(backup.folder);
  const lists = [...archive.parts].filter(([name]) => name.startsWith("3-uploads/")).map(([, lines]) => lines.length);
  expect(lists).toEqual([100, 100, 60]);
  const fresh = await createWorld();
  expect(await restore(fresh.workspaceId, { workspaceId: own.workspaceId, id: backup.id })).toMatchObject({ files: 260, drift: 0 });
  const named = (await listed(fresh.call, await formOf(fresh))).flatMap(({ data }) => data.anything as string[]);
  expect(new Set(named).size).toBe(260);
  expect(await objectsOf(fresh.workspaceId)).toHaveLength(260);
}, 60_000);

test("who is erased after the back-up is not brought back, files and all", async () => {
  const own = await fileWorld();
  const [mine, theirs] = [await own.uploaded({ name: "mine.pdf" }), await own.uploaded({ name: "theirs.pdf" })];
  const response = await submitted(own, { cv: [mine.id] });
  await submitted(own, { cv: [theirs.id] });
  const backup = await backUp(own.workspaceId);
  expect(backup.result).toMatchObject({ files: 2 });
  await erase(own, response.id);
  const fresh = await createWorld();
  expect(await restore(fresh.workspaceId, { workspaceId: own.workspaceId, id: backup.id })).toMatchObject({ responses: 2, drift: 0 });
  const form = await formOf(fresh);
  await vi.waitFor(async () => {
    const { uploads } = await json<{ uploads: Held[] }>(fresh.call("GET", `/api/v1/uploads?form_id=${form}`));
    expect(uploads.map(({ name }) => name)).toEqual(["theirs.pdf"]);
    expect(await objectsOf(fresh.workspaceId)).toHaveLength(1);
  }, 10_000);
});

test("a back-up from before there were files in them is restored without", async () => {
  const archive = await readArchive(made.folder);
  const parts = new Map([...archive.parts].filter(([name]) => !name.startsWith("3-uploads/")));
  const manifest = { ...archive.manifest, format: 1, forms: archive.manifest.forms.map(({ uploads: _, ...form }) => form) };
  const old = await putArchive(world.workspaceId, { manifest, parts, files: new Map() });
  const fresh = await createWorld();
  expect(await restore(fresh.workspaceId, old)).toMatchObject({ responses: 4, files: 0, drift: 0 });
  const [was, is] = [await listed(world.call, world.formId), await listed(fresh.call, await formOf(fresh))];
  expect(is.map(({ data }) => data)).toEqual(was.map(({ data }) => data));
});

test("one of a format that is not known yet says so", async () => {
  const archive = await readArchive(made.folder);
  const newer = await putArchive(world.workspaceId, { ...archive, manifest: { ...archive.manifest, format: 3 } });
  const fresh = await createWorld();
  await expect(restore(fresh.workspaceId, newer)).rejects.toThrow("a newer Headwater wrote it");
});

test("a deleted back-up leaves nothing, and the workspace keeps its files", async () => {
  const before = await objectsOf(world.workspaceId);
  expect((await world.call("DELETE", `/api/v2/backups/${made.id}`, undefined, { as: "admin" })).status).toBe(204);
  expect((await env.FILES.list({ prefix: made.folder })).objects).toEqual([]);
  expect((await objectsOf(world.workspaceId)).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
});
