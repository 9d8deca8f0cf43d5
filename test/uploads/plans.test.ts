// No query of uploads reads a whole table, however many files there are.
import { expect, test } from "vitest";
import { asSystem } from "../../src/shared/context";
import { openDatabase } from "../../src/store";
import { expireUploads, followUploads, linksOf, listUploads, scanPending, uploadsInAnswer } from "../../src/uploads";
import { reserve } from "../../src/uploads/begin";
import { fileFields } from "../../src/uploads/fields";
import { testContext } from "../support/context";
import { watch } from "../support/plans";
import { told } from "../support/told";
import { FILE_FIELDS, fileWorld } from "./support";

test("every query walks an index", async () => {
  const world = await fileWorld();
  const { id } = await world.uploaded();
  await world.uploaded();
  const watched = watch();
  const deferred: Promise<unknown>[] = [];
  const ctx = asSystem(testContext({ db: openDatabase(watched.db), defer: (work) => deferred.push(work) }), world.workspaceId);
  const form = { formId: world.formId, workspaceId: world.workspaceId, schema: { fields: FILE_FIELDS } as never };
  const files = await uploadsInAnswer(ctx, form, { cv: [id] });
  await files?.hold({ cv: [id] }, "holder");
  await files?.release("holder");
  files?.claimSoon({ cv: [id] }, "rsp_1");
  await Promise.all(deferred);
  await listUploads(ctx, { formId: world.formId, limit: 10 });
  await listUploads(ctx, { formId: world.formId, responseId: "rsp_1", limit: 10 });
  expect((await linksOf(ctx, world.formId, [id], 1)).size).toBe(1);
  await followUploads(ctx, told({ formId: world.formId, workspaceId: world.workspaceId, toSeq: 2 }));
  await expireUploads(ctx);
  await scanPending(ctx);
  const question = fileFields(form.schema).get("cv");
  if (question === undefined) throw new Error("The form has no such question");
  await reserve(ctx, { form: form as never, question, name: "cv.pdf" }, { type: "application/pdf", size: 1 });
  expect(watched.statements()).toBeGreaterThan(8);
  // The list of ids that was sent is read as a whole, and so is the index of what waits to be scanned; nothing else.
  expect((await watched.scans()).filter((scan) => !/^SCAN (\w+ VIRTUAL TABLE|uploads USING INDEX uploads_to_scan)/.test(scan))).toEqual([]);
});

test("a form without files, and an answer that names none, ask the store nothing", async () => {
  const watched = watch();
  const ctx = testContext({ db: openDatabase(watched.db) });
  const form = (fields: unknown[]) => ({ formId: "frm_1", workspaceId: "ws_1", schema: { fields } as never });
  const text = form([{ name: "name", type: "short_text", label: "Name" }]);
  expect(await uploadsInAnswer(ctx, text, { name: "upl_01m7z8jpbd4e66kjref49kg9j6" })).toBeNull();
  const files = await uploadsInAnswer(ctx, form(FILE_FIELDS), { name: "upl_01m7z8jpbd4e66kjref49kg9j6", cv: [] });
  await files?.hold({ name: "Ada" }, "holder");
  await files?.release("holder");
  files?.claimSoon({ name: "Ada" }, "rsp_1");
  expect(watched.statements()).toBe(0);
});
