// A back-up and a restore that die after every single step, and once more between a step and the note that it was taken.
import { env } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { folderOf } from "../../src/backups/archive";
import { BACKUP } from "../../src/backups/kinds";
import { restoreInto } from "../../src/backups/restore";
import { writeBackup } from "../../src/backups/write-backup";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";
import { fileWorld } from "../uploads/support";
import { backUp, dyingOften, filesOf, formOf, json, readArchive, restore } from "./support";

let world: FormWorld;

beforeAll(async () => {
  world = await createForm();
  for (let i = 0; i < 20; i++) await world.accepted({ name: `Person ${i}`, score: i });
  const { responses } = await world.list("?limit=3");
  for (const { id } of responses) await world.call("PATCH", `/api/v1/forms/${world.formId}/responses/${id}`, { data: { score: 99 } });
});

test("what is restored is whole, however often the work died", async () => {
  const backupId = newId("backup");
  const from = asSystem(testContext(), world.workspaceId);
  const written = await dyingOften((control) => writeBackup(from, backupId, control));
  expect(written.deaths).toBeGreaterThan(2);
  expect(written.result).toMatchObject({ forms: 1, responses: 20 });

  const fresh = await createWorld();
  const into = asSystem(testContext(), fresh.workspaceId);
  const source = { workspaceId: world.workspaceId, backupId, restoreId: "job_of_the_test" };
  const restored = await dyingOften((control) => restoreInto(into, source, control));
  expect(restored.deaths).toBeGreaterThan(5);
  expect(restored.result).toMatchObject({ forms: 1, drift: 0 });

  const { forms } = await (await fresh.call("GET", "/api/v1/forms")).json<{ forms: { id: string }[] }>();
  const reply = await fresh.call("GET", `/api/v1/forms/${forms[0]?.id}/responses`);
  const { responses } = await reply.json<{ responses: { data: unknown; seq: number }[] }>();
  const before = await world.list();
  expect(responses.map(({ data, seq }) => ({ data, seq }))).toEqual(before.responses.map(({ data, seq }) => ({ data, seq })));
});

test("files are whole, however often the work died between their bytes; until the end it is no back-up, and cancelled it leaves nothing", async () => {
  const own = await fileWorld();
  const text = (bytes: string) => own.uploaded({ bytes, name: `${bytes}.txt`, type: "text/plain" });
  for (let i = 0; i < 6; i++) {
    const { id } = await json<{ id: string }>(own.submit({ cv: [(await text(`first ${i}`)).id, (await text(`second ${i}`)).id] }));
    if (i % 2 === 0) await json(own.call("PATCH", `/api/v1/forms/${own.formId}/responses/${id}`, { data: { name: `Edited ${i}` } }));
  }
  const empty = await text("nothing in it");
  await json(own.submit({ cv: [empty.id] }));
  await env.FILES.put(`uploads/${own.workspaceId}/${own.formId}/${empty.id}`, "");
  await env.DB.prepare("UPDATE uploads SET size = 0 WHERE id = ?1").bind(empty.id).run();

  const from = asSystem(testContext(), own.workspaceId);
  const backupId = newId("backup");
  const folder = folderOf(own.workspaceId, backupId);
  const fresh = await createWorld();
  let unfinished = 0;
  const { result, deaths } = await dyingOften(async (control) => {
    // There is something already, and it is no back-up yet.
    const { objects } = await env.FILES.list({ prefix: `${folder}4-files/` });
    if (objects.length > 0) {
      await expect(restore(fresh.workspaceId, { workspaceId: own.workspaceId, id: backupId })).rejects.toThrow("is not complete");
      unfinished += 1;
    }
    return writeBackup(from, backupId, control);
  });
  expect([deaths > 15, unfinished > 10]).toEqual([true, true]);
  expect(result).toMatchObject({ responses: 7, files: 13 });
  const [often, once] = [await readArchive(folder), await readArchive((await backUp(own.workspaceId)).folder)];
  expect([...often.files]).toEqual([...once.files]);
  expect([...often.parts]).toEqual([...once.parts]);

  const into = asSystem(testContext(), fresh.workspaceId);
  const restoreId = newId("job");
  const restored = await dyingOften((control) => restoreInto(into, { workspaceId: own.workspaceId, backupId, restoreId }, control));
  expect(restored.result).toMatchObject({ forms: 1, files: 13, drift: 0 });
  const [was, is] = [await filesOf(own.call, own.formId), await filesOf(fresh.call, await formOf(fresh))];
  expect(was).toHaveLength(13);
  expect(is.map((file) => JSON.stringify(file)).toSorted()).toEqual(was.map((file) => JSON.stringify(file)).toSorted());

  await BACKUP.cleanUp?.(from, { backup_id: backupId }, {} as never);
  expect((await env.FILES.list({ prefix: folder })).objects).toEqual([]);
});

test("what a version without files had begun is begun again: its first forms would lack theirs", async () => {
  const ctx = asSystem(testContext(), world.workspaceId);
  const id = newId("backup");
  const folder = folderOf(world.workspaceId, id);
  await env.FILES.put(`${folder}2-entries/frm_old/00/000000000001.jsonl.gz`, "of a form that has gone since");
  const saved = { table: 99, after: [], part: 0, form: null, lastForm: "zzz", responses: 5, formsDone: 1 };
  const control = { saved, checkpoint: async () => {}, progress: async () => {}, checkCancelled: async () => {}, isTimeUp: () => false };
  const outcome = await writeBackup(ctx, id, control as never);
  expect(outcome).toMatchObject({ kind: "done", result: { forms: 1, responses: 20 } });
  expect([...(await readArchive(folder)).parts.keys()].filter((name) => name.includes("frm_old"))).toEqual([]);
});
