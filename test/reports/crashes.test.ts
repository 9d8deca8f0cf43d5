// Exports that are cut off: in slices, by a cancel at a random moment, by a worker that dies and one that comes back too late. In
// the end there is the whole file or none, and nothing beside it.
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { type AnyJobKind, cancelJob, type JobControl, loadJob, retryJob, runNextJob } from "../../src/jobs";
import { takeJob } from "../../src/jobs/take";
import { createExport, EXPORT, readExport } from "../../src/reports";
import { asSystem, type WorkspaceContext } from "../../src/shared/context";
import { forgetTestJobs } from "../jobs/support";
import { createForm } from "../responses/support";
import { testContext } from "../support/context";
import { filesOf } from "./support";

const AHEAD_MS = 365 * 24 * 3_600_000;
const ROWS = 1_500;
const TEXT = "0123456789abcdef".repeat(450);

beforeEach(forgetTestJobs);

interface Scene {
  ctx: WorkspaceContext;
  formId: string;
  workspaceId: string;
  pass(ms: number): void;
  run(kind?: AnyJobKind): Promise<boolean>;
  files(): Promise<string[]>;
}

/** A form with more answers than fit into one part of an upload, written straight into the store as if accepted long ago. */
async function scene(): Promise<Scene> {
  const world = await createForm();
  await world.accepted({ name: "the first" });
  await world.list();
  await env.DB.prepare(
    `INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at, updated_at, data_hash, meta, data)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     SELECT 'rsp_' || ?2 || i, ?1, ?2, 0, -i, 1, 1, 1, 'complete', 1000000 + i, 1000000, '', jsonb('{}'),
       jsonb(json_object('name', i || ' ' || ?4)) FROM n`,
  )
    .bind(world.workspaceId, world.formId, ROWS, TEXT)
    .run();
  let ahead = AHEAD_MS;
  const quiet = { sendBatch: async () => {} };
  const settings = { EXPORTS: quiet, REPORTS: quiet, WORK: quiet } as unknown as Partial<Env>;
  const ctx = asSystem(testContext({ now: () => Date.now() + ahead }, settings), world.workspaceId);
  return {
    ctx,
    formId: world.formId,
    workspaceId: world.workspaceId,
    pass: (ms) => {
      ahead += ms;
    },
    run: (kind = EXPORT) => runNextJob(ctx, "exports", [kind]),
    files: () => filesOf(env.FILES, world.workspaceId),
  };
}

const SLICED: AnyJobKind = { ...EXPORT, sliceMs: 0 };

async function textOf(key: string): Promise<string> {
  return (await (await env.FILES.get(key))?.text()) ?? "";
}

function intact(text: string): void {
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(ROWS + 1);
  expect(lines.map((line) => Number.parseInt(JSON.parse(line).data.name, 10)).slice(0, -1)).toEqual(
    Array.from({ length: ROWS }, (_, i) => i + 1),
  );
}

/** Runs a format as it is, and does something once so many pages have passed. */
function interrupted(after: number, act: (control: JobControl) => Promise<void>): AnyJobKind {
  return {
    ...EXPORT,
    run: (ctx, input, control: JobControl) => {
      let pages = 0;
      const watched: JobControl = Object.create(control, {
        progress: {
          value: async (share: number, rows?: number) => {
            pages += 1;
            if (pages === after) await act(control);
            await control.progress(share, rows);
          },
        },
        isTimeUp: { value: () => control.isTimeUp() },
        checkCancelled: { value: () => control.checkCancelled() },
        checkpoint: { value: (state: unknown) => control.checkpoint(state) },
        saved: { value: control.saved },
        signal: { value: control.signal },
        attempt: { value: control.attempt },
      });
      return EXPORT.run(ctx, input, watched);
    },
  };
}

test("in slices of a page each, the file is the same as in one go", { timeout: 60_000 }, async () => {
  const { ctx, formId, run, files } = await scene();
  const view = await createExport(ctx, { form_id: formId, format: "jsonl" });
  let runs = 0;
  while (await run(SLICED)) runs += 1;
  expect(runs).toBeGreaterThan(3);
  expect(await readExport(ctx, view.id)).toMatchObject({ status: "done", rows: ROWS + 1 });
  const [key = "", ...others] = await files();
  expect(others).toEqual([]);
  const sliced = await textOf(key);
  intact(sliced);
  const again = await createExport(ctx, { form_id: formId, format: "jsonl", options: { title: "At once" } });
  await run();
  expect(await readExport(ctx, again.id)).toMatchObject({ status: "done" });
  const atOnce = (await files()).find((other) => other !== key) ?? "";
  expect(await textOf(atOnce)).toBe(sliced);
});

describe.each(["jsonl", "csv", "xlsx", "docx"] as const)("%s", (format) => {
  test.each([1, 2, 3])("cancelled after page %i, it leaves nothing behind", { timeout: 60_000 }, async (page) => {
    const { ctx, formId, run, files, pass } = await scene();
    const view = await createExport(ctx, { form_id: formId, format });
    await run(
      interrupted(page, async () => {
        await cancelJob(ctx, view.jobId);
        pass(2_000);
      }),
    );
    expect(await readExport(ctx, view.id)).toMatchObject({ status: "cancelled", downloadUrl: null });
    expect(await files()).toEqual([]);
    expect((await loadJob(ctx, view.jobId)).checkpoint).toBeNull();
  });

  test("failing half-way, it is whole after the next attempt, and alone", { timeout: 60_000 }, async () => {
    const { ctx, formId, run, files, pass } = await scene();
    const view = await createExport(ctx, { form_id: formId, format });
    await run(
      interrupted(3, async () => {
        throw new Error("The worker fell over");
      }),
    );
    expect(await readExport(ctx, view.id)).toMatchObject({ status: "queued" });
    expect(await files()).toEqual([]);
    pass(60_000);
    await run();
    expect(await readExport(ctx, view.id)).toMatchObject({ status: "done", rows: ROWS + 1 });
    expect(await files()).toHaveLength(1);
  });
});

test("a worker that dies between two slices is followed by one that goes on, and its upload by one file", { timeout: 60_000 }, async () => {
  const { ctx, formId, run, files, pass } = await scene();
  const view = await createExport(ctx, { form_id: formId, format: "jsonl" });
  for (let i = 0; i < 3; i++) await run(SLICED);
  // Dies with the job in hand.
  expect((await takeJob(ctx, "exports"))?.id).toBe(view.jobId);
  pass(61_000);
  while (await run(SLICED));
  expect(await readExport(ctx, view.id)).toMatchObject({ status: "done", rows: ROWS + 1 });
  const [key = "", ...others] = await files();
  expect(others).toEqual([]);
  intact(await textOf(key));
});

test("cancelled between two slices, what had been uploaded is removed", { timeout: 60_000 }, async () => {
  const { ctx, formId, run, files } = await scene();
  const view = await createExport(ctx, { form_id: formId, format: "jsonl" });
  for (let i = 0; i < 3; i++) await run(SLICED);
  const { checkpoint } = await loadJob(ctx, view.jobId);
  const { key, uploadId } = checkpoint as { key: string; uploadId: string };
  expect(await files()).toEqual([`${key}.rest`]);
  await cancelJob(ctx, view.jobId);
  await run();
  expect(await files()).toEqual([]);
  await expect(env.FILES.resumeMultipartUpload(key, uploadId).uploadPart(1, new Uint8Array(10))).rejects.toThrow();
  // And it can be asked for again.
  await retryJob(ctx, view.jobId);
  await run();
  expect(await readExport(ctx, view.id)).toMatchObject({ status: "done", rows: ROWS + 1 });
});

test("a worker that was thought dead and comes back does no harm to what the other has made", { timeout: 60_000 }, async () => {
  const { ctx, formId, run, files, pass } = await scene();
  const view = await createExport(ctx, { form_id: formId, format: "csv" });
  await run(
    interrupted(2, async () => {
      pass(61_000);
      await run();
      expect(await readExport(ctx, view.id)).toMatchObject({ status: "done" });
    }),
  );
  const done = await readExport(ctx, view.id);
  expect(done).toMatchObject({ status: "done", rows: ROWS + 1 });
  const [key = "", ...others] = await files();
  expect(others).toEqual([]);
  expect((await env.FILES.head(key))?.size).toBe(done.size);
});
