// Files as rows, on their way into another workspace; and answers that name them by other ids there.
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asSystem } from "../../src/shared/context";
import { newId, newSecretId } from "../../src/shared/ids";
import { openDatabase } from "../../src/store";
import { type CarriedUpload, carriedUploads, expectUploads, expireUploads, settleUploads, uploadsToCarry } from "../../src/uploads";
import { renameUploads, uploadsNamedIn } from "../../src/uploads/fields";
import { testContext } from "../support/context";
import { watch } from "../support/plans";
import { fileWorld } from "./support";

const world = await fileWorld();
const inWorld = (settings: Partial<Env> = {}, over = {}) => asSystem(testContext(over, settings), world.workspaceId);
const arriving = (over: Partial<CarriedUpload> = {}): CarriedUpload => ({
  id: newSecretId("upload"),
  form_id: world.formId,
  response_id: newId("response"),
  field: "cv",
  name: "cv.pdf",
  type: "application/pdf",
  size: 3,
  scan: "none",
  created_by: "respondent",
  created_at: 1,
  completed_at: 2,
  ...over,
});

describe("on their way in", () => {
  test("files are seen when they are settled and not before; told twice it is the same", async () => {
    const file = arriving();
    const before = await expectUploads(inWorld(), world.formId, [file]);
    expect(before.map(({ file_key }) => file_key)).toEqual([`uploads/${world.workspaceId}/${world.formId}/${file.id}`]);
    expect(await carriedUploads(inWorld(), world.formId, [file.id])).toEqual([]);
    expect((await world.call("GET", `/api/v1/uploads/${file.id}/content`)).status).toBe(409);
    expect(await expectUploads(inWorld(), world.formId, [file])).toHaveLength(1);
    for (let i = 0; i < 2; i++) await settleUploads(inWorld(), world.formId, [file]);
    expect(await carriedUploads(inWorld(), world.formId, [file.id])).toMatchObject([file]);
    expect(await expectUploads(inWorld(), world.formId, [file])).toEqual([]);
  });

  test("what is never settled is removed by the night, and cannot be settled while it is being removed", async () => {
    const file = arriving();
    await expectUploads(inWorld(), world.formId, [file]);
    await env.DB.prepare("UPDATE uploads SET expires_at = 0 WHERE id = ?1").bind(file.id).run();
    await settleUploads(inWorld(), world.formId, [file]);
    expect(await carriedUploads(inWorld(), world.formId, [file.id])).toEqual([]);
    await expireUploads(testContext());
    expect((await world.call("GET", `/api/v1/uploads/${file.id}`)).status).toBe(404);
  });

  test("a verdict that was awaited is awaited here if there is a scanner; one that was given holds", async () => {
    const files = (["pending", "clean", "refused", "none"] as const).map((scan) => arriving({ scan }));
    for (const [settings, verdict] of [[{ UPLOAD_SCAN_URL: "https://scanner.test/" }, "pending"] as const, [{}, "none"] as const]) {
      const here = files.map((file) => ({ ...file, id: newSecretId("upload") }));
      await expectUploads(inWorld(settings), world.formId, here);
      await settleUploads(inWorld(settings), world.formId, here);
      const settled = new Map(
        (
          await carriedUploads(
            inWorld(),
            world.formId,
            here.map(({ id }) => id),
          )
        ).map(({ id, scan }) => [id, scan]),
      );
      expect(here.map(({ id }) => settled.get(id))).toEqual([verdict, "clean", "refused", "none"]);
      expect((await world.call("GET", `/api/v1/uploads/${here[2]?.id}/content`)).status).toBe(410);
    }
  });

  test("nothing of another workspace is touched, whatever id is told", async () => {
    const other = await fileWorld();
    const { id } = await other.uploaded();
    const file = arriving({ id });
    const row = () => env.DB.prepare("SELECT * FROM uploads WHERE id = ?1").bind(id).first();
    const before = await row();
    await expect(expectUploads(inWorld(), world.formId, [file])).rejects.toThrow("kept somewhere else");
    await settleUploads(inWorld(), world.formId, [file]);
    expect(await row()).toEqual(before);
    expect(await carriedUploads(inWorld(), other.formId, [id])).toEqual([]);
    const claim = { id, field: "cv", response: newId("response") };
    expect(await uploadsToCarry(inWorld(), other.formId, [claim])).toEqual([]);
    expect(await uploadsToCarry(asSystem(testContext(), other.workspaceId), other.formId, [claim])).toHaveLength(1);
  });
});

test("a response's own files are carried, and none that it only speaks of", async () => {
  const [mine, open] = [await world.uploaded(), await world.uploaded()];
  const response = newId("response");
  const claim = (id: string, over = {}) => ({ id, field: "cv", response, ...over });
  await env.DB.prepare("UPDATE uploads SET status = 'open' WHERE id = ?1").bind(open.id).run();
  await env.DB.prepare("UPDATE uploads SET response_id = ?2 WHERE id = ?1").bind(mine.id, response).run();
  const ask = async (...claims: ReturnType<typeof claim>[]) =>
    (await uploadsToCarry(inWorld(), world.formId, claims)).map(({ id, response_id }) => [id, response_id]);
  expect(await ask(claim(mine.id), claim(mine.id))).toContainEqual([mine.id, response]);
  expect(await ask(claim(open.id))).toEqual([]);
  expect(await ask(claim(mine.id, { field: "name" }))).toEqual([]);
  expect(await ask(claim(mine.id, { response: newId("response") }))).toEqual([]);
});

test("every query walks an index", async () => {
  const watched = watch();
  const ctx = inWorld({}, { db: openDatabase(watched.db) });
  const file = arriving();
  await expectUploads(ctx, world.formId, [file]);
  await settleUploads(ctx, world.formId, [file]);
  await carriedUploads(ctx, world.formId, [file.id]);
  await uploadsToCarry(ctx, world.formId, [{ id: file.id, field: "cv", response: file.response_id }]);
  expect(watched.statements()).toBeGreaterThan(5);
  expect((await watched.scans()).filter((scan) => !/^SCAN \w+ VIRTUAL TABLE/.test(scan))).toEqual([]);
});

describe("answers with other ids in them", () => {
  const id = fc.integer({ min: 0, max: 9 }).map((n) => `upl_${String(n).repeat(26)}`);
  const answers = fc.dictionary(
    fc.constantFrom("a", "b", "__proto__", "people"),
    fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        id,
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("photo", "name"), tie("value"), { maxKeys: 2 }),
      ),
    })).value,
    { maxKeys: 3 },
  );
  const turned = ({ id: was }: { id: string }) => `upl_${String(9 - Number(was[4])).repeat(26)}`;

  test("name the same questions, and come back the same", () => {
    fc.assert(
      fc.property(answers, (data) => {
        const renamed = renameUploads(data, turned);
        expect(uploadsNamedIn(renamed)).toEqual(uploadsNamedIn(data).map((named) => ({ ...named, id: turned(named) })));
        expect(JSON.stringify(renameUploads(renamed, turned))).toBe(JSON.stringify(data));
      }),
    );
  });

  test("that name none, or none that has another id, are these very answers", () => {
    fc.assert(fc.property(answers, (data) => renameUploads(data, ({ id: same }) => same) === data));
  });
});
