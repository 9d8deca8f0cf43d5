import { env } from "cloudflare:test";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { RESPONSES_PER_FILE } from "../../../src/reports/formats/docx";
import { createForm, type FormWorld } from "../../responses/support";
import { download, exported, finished } from "../support";

const MANY = RESPONSES_PER_FILE + 1;

/** Straight into the store, as if accepted long ago. */
async function answeredOften(world: FormWorld): Promise<void> {
  await world.accepted({ name: "the first", department: "HR" });
  await world.list();
  await env.DB.prepare(
    `INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at, updated_at, data_hash, meta, data)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     SELECT 'rsp_' || ?2 || i, ?1, ?2, 0, -i, 1, 1, 1, 'complete', 1000000 + i, 1000000, '', jsonb('{}'),
       jsonb(json_object('name', 'n' || i, 'department', 'IT')) FROM n`,
  )
    .bind(world.workspaceId, world.formId, MANY)
    .run();
}

async function unzipped(file: Response): Promise<Record<string, Uint8Array>> {
  return unzipSync(new Uint8Array(await file.arrayBuffer()));
}

test("more than a document holds comes as several, alone and within a batch", { timeout: 60_000 }, async () => {
  const world = await createForm();
  await answeredOften(world);
  const { view, file } = await exported(world, { form_id: world.formId, format: "docx" });
  expect(view.rows).toBe(MANY + 1);
  expect(view.file_name).toMatch(/\.zip$/);
  expect(Object.keys(await unzipped(file))).toEqual(["Summary.docx", "Responses from 0001.docx", "Responses from 2001.docx"]);

  const body = { form_id: world.formId, format: "docx", by: "department" };
  const reply = await world.call("POST", "/api/v2/reports/exports/batch", body);
  const { id } = await reply.json<{ id: string }>();
  const files = await unzipped(await download(world, await finished(world, id)));
  expect(Object.keys(files)).toEqual(["IT.zip", "HR.docx"]);
  expect(Object.keys(unzipSync(files["IT.zip"] ?? new Uint8Array()))).toHaveLength(3);
});

test("a file for each response of too many is refused, and what else to do is said", { timeout: 60_000 }, async () => {
  const world = await createForm();
  await answeredOften(world);
  const reply = await world.call("POST", "/api/v2/reports/exports/batch", { form_id: world.formId, format: "csv", by: "response" });
  const { id } = await reply.json<{ id: string }>();
  const { status, error } = await finished(world, id);
  expect(status).toBe("failed");
  expect(error).toContain("A batch with a file for each response holds at most 2,000");
});
