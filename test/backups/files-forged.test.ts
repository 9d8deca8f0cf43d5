// Back-ups that were altered, or written by somebody who knows the format: nothing of another workspace is reached, nothing that is
// not what the list says is kept, and what was put right can be tried again.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { folderOf } from "../../src/backups/archive";
import { newId } from "../../src/shared/ids";
import { expireUploads } from "../../src/uploads";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";
import { type FileWorld, fileWorld, PDF } from "../uploads/support";
import {
  type Archive,
  backUp,
  emptyWorkspace,
  filesOf,
  finished,
  formOf,
  json,
  objectsOf,
  putArchive,
  readArchive,
  restore,
  reworded,
} from "./support";

let world: FileWorld;
let archive: Archive;
let stranger: FileWorld;
let theirs: string;

beforeAll(async () => {
  [world, stranger] = await Promise.all([fileWorld(), fileWorld()]);
  for (const name of ["one.pdf", "two.pdf"]) {
    const { id } = await world.uploaded({ name, bytes: `${PDF}${name}` });
    await json(world.submit({ cv: [id] }));
  }
  theirs = (await stranger.uploaded()).id;
  await json(stranger.submit({ cv: [theirs] }));
  archive = await readArchive((await backUp(world.workspaceId)).folder);
});

type Line = { row: Record<string, unknown>; file: Record<string, unknown> };

/** The archive with its lists of files changed, and every hash over them right. */
const listing = (change: (line: Line) => unknown): Archive => ({
  ...archive,
  parts: new Map(
    [...archive.parts].map(([name, lines]) => [
      name,
      name.startsWith("3-uploads/") ? (lines as Line[]).map((line) => change(line)) : lines,
    ]),
  ),
});
const withBytes = (change: (bytes: Uint8Array) => Uint8Array[]): Archive => ({
  ...archive,
  files: new Map([...archive.files].flatMap(([name, bytes]) => change(bytes.slice()).map((now) => [name, now] as const))),
});

async function refused(forged: Archive, why: string | RegExp) {
  const fresh = await createWorld();
  const before = await objectsOf(stranger.workspaceId);
  const from = await putArchive(world.workspaceId, forged);
  await expect(restore(fresh.workspaceId, from)).rejects.toThrow(why);
  expect((await objectsOf(stranger.workspaceId)).map(({ key, etag }) => [key, etag])).toEqual(before.map(({ key, etag }) => [key, etag]));
  return fresh;
}

const whole = async (workspaceId: string) =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM uploads WHERE workspace_id = ?1 AND status = 'complete'")
      .bind(workspaceId)
      .first<{ n: number }>()
  )?.n;

describe("bytes", () => {
  const flipped = (bytes: Uint8Array) => {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return [bytes];
  };

  test.each([
    ["altered", flipped, /^The file upl_\w+ of the back-up is damaged\.$/],
    ["cut short", (bytes: Uint8Array) => [bytes.subarray(0, -1)], /^The file upl_\w+ of the back-up is damaged\.$/],
    ["longer", (bytes: Uint8Array) => [new Uint8Array([...bytes, 0])], /is damaged\.$/],
    ["missing", () => [], /^The file 4-files\/\S+ of the back-up is missing\.$/],
  ])("that are %s are not kept, and the restore says whose they are", async (_, change, why) => {
    const fresh = await refused(withBytes(change), why);
    expect(await objectsOf(fresh.workspaceId)).toEqual([]);
    expect(await whole(fresh.workspaceId)).toBe(0);
    // What has begun to arrive is the night's.
    await expireUploads(testContext({ now: () => Date.now() + 25 * 3_600_000 }));
    const { results } = await env.DB.prepare("SELECT id FROM uploads WHERE workspace_id = ?1").bind(fresh.workspaceId).all();
    expect(results).toEqual([]);
  });

  test("that were put right are taken when the job is tried again", async () => {
    const broken = await putArchive(world.workspaceId, withBytes(flipped));
    await env.DB.prepare("INSERT INTO backups (id, workspace_id, job_id, created_at, finished_at) VALUES (?1, ?2, '', 0, 1)")
      .bind(broken.id, world.workspaceId)
      .run();
    const fresh = await emptyWorkspace(world);
    const { job_id } = await json<{ job_id: string }>(fresh.call("POST", `/api/v2/backups/${broken.id}/restore`));
    expect(await finished(fresh, job_id)).toMatchObject({ status: "failed", error: expect.stringContaining("is damaged") });
    for (const [name, bytes] of archive.files) await env.FILES.put(folderOf(world.workspaceId, broken.id) + name, bytes);
    await json(fresh.call("POST", `/api/v2/jobs/${job_id}/retry`));
    expect(await finished(fresh, job_id)).toMatchObject({ status: "done", error: null, result: { files: 2, drift: 0, same_ids: false } });
    const [was, is] = [await filesOf(world.call, world.formId), await filesOf(fresh.call, await formOf(fresh))];
    expect(is).toEqual(was);
  });
});

describe("lists", () => {
  test.each([
    ["an id that is a path", { id: `../${"a".repeat(26)}` }],
    ["a type with a line break in it", { type: "text/html\r\nX-Evil: 1" }],
    ["no response", { response_id: null }],
    ["a size below nothing", { size: -1 }],
  ])("with %s are refused", async (_, row) => {
    await refused(
      listing((line) => ({ ...line, row: { ...line.row, ...row } })),
      "lists something that is no file of a response",
    );
  });

  test("with files of another workspace's form are refused", async () => {
    await refused(
      listing((line) => ({ ...line, row: { ...line.row, form_id: stranger.formId } })),
      "files of a form that is not in it",
    );
  });

  test("with a file of a response that is not there do not pass for equal", async () => {
    await refused(
      listing((line) => ({ ...line, row: { ...line.row, response_id: newId("response") } })),
      "differs from the back-up in 2 places",
    );
  });

  test("that the manifest does not name are missed", async () => {
    const parts = new Map([...archive.parts].filter(([name]) => !name.startsWith("3-uploads/")));
    await refused({ ...archive, parts }, "does not name all of its files");
  });

  test("cannot say where bytes go, nor that they belong to somebody else", async () => {
    const lying = { file_key: `uploads/${stranger.workspaceId}/${stranger.formId}/${theirs}`, workspace_id: stranger.workspaceId };
    const forged = await putArchive(
      world.workspaceId,
      listing((line) => ({ ...line, row: { ...line.row, ...lying } })),
    );
    const before = await (await env.FILES.get(lying.file_key))?.text();
    const fresh = await createWorld();
    expect(await restore(fresh.workspaceId, forged)).toMatchObject({ files: 2, drift: 0 });
    expect(await objectsOf(fresh.workspaceId)).toHaveLength(2);
    expect(await (await env.FILES.get(lying.file_key))?.text()).toBe(before);
  });

  test("have their names made plain", async () => {
    const forged = await putArchive(
      world.workspaceId,
      listing((line) => ({ ...line, row: { ...line.row, name: "../a\u202efdp.exe" } })),
    );
    const fresh = await createWorld();
    expect(await restore(fresh.workspaceId, forged)).toMatchObject({ drift: 0 });
    const is = await filesOf(fresh.call, await formOf(fresh));
    expect(is.map(({ name }) => name)).toEqual(["afdp.exe", "afdp.exe"]);
  });
});

describe("from another installation", () => {
  /** The same workspace with forms and responses that are not here; files keep their ids. */
  const elsewhere = () => {
    const ids = new Set(JSON.stringify([...archive.parts]).match(/(?:frm|rsp)_[0-9a-z]{26}/g));
    return reworded(archive, Object.fromEntries([...ids].map((id) => [id, newId(id.startsWith("frm") ? "form" : "response")])));
  };

  test("files do not take the place of others that have their ids", async () => {
    const before = await filesOf(world.call, world.formId);
    await refused(elsewhere(), "A file with this id is kept somewhere else");
    expect(await filesOf(world.call, world.formId)).toEqual(before);
  });

  test("everything keeps its id where it is free", async () => {
    const before = await filesOf(world.call, world.formId);
    const { results } = await env.DB.prepare("SELECT * FROM uploads WHERE workspace_id = ?1")
      .bind(world.workspaceId)
      .all<Record<string, string>>();
    await env.DB.prepare("DELETE FROM uploads WHERE workspace_id = ?1").bind(world.workspaceId).run();
    const fresh = await createWorld();
    expect(await restore(fresh.workspaceId, await putArchive(world.workspaceId, elsewhere()))).toMatchObject({
      files: 2,
      drift: 0,
      same_ids: true,
    });
    const is = await filesOf(fresh.call, await formOf(fresh));
    expect(is).toEqual(before);
    const keys = (await objectsOf(fresh.workspaceId)).map(({ key }) => key.split("/").at(-1));
    expect(keys.toSorted()).toEqual(results.map(({ id }) => id).toSorted());
  });

  test("versions of a form that stands in another workspace are not put beside its own", async () => {
    const forged = reworded(archive, { [world.formId]: stranger.formId });
    await refused(
      { manifest: { ...forged.manifest, forms: [] }, parts: forged.parts, files: new Map() },
      "form_versions of something that is not",
    );
  });

  test("entries of a form that stands in another workspace are not carried into it", async () => {
    const forged = reworded(archive, { [world.formId]: stranger.formId });
    const before = await json(stranger.call("GET", `/api/v1/forms/${stranger.formId}/entries`));
    const rows = new Map([...forged.parts].filter(([name]) => name.startsWith("2-entries/")));
    await refused({ manifest: { ...forged.manifest, forms: [] }, parts: rows, files: new Map() }, "entries of a form that is not in it");
    expect(await json(stranger.call("GET", `/api/v1/forms/${stranger.formId}/entries`))).toEqual(before);
  });
});

test("files that do not fit into what the workspace may keep are refused before their bytes are read", async () => {
  const from = await putArchive(world.workspaceId, archive);
  const fresh = await createWorld();
  await expect(restore(fresh.workspaceId, from, { settings: { UPLOADS_MAX_BYTES: "10" } as Partial<Env> })).rejects.toThrow("no room");
  expect(await objectsOf(fresh.workspaceId)).toEqual([]);
  expect(await restore((await createWorld()).workspaceId, from)).toMatchObject({ files: 2 });
});
