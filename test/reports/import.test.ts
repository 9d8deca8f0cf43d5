import { env, runInDurableObject } from "cloudflare:test";
import { zipSync } from "fflate";
import { writeXlsx } from "hucre/xlsx";
import { describe, expect, test } from "vitest";
import { LedgerStorage } from "../../durable-objects/form-ledger/storage";
import { IMPORT } from "../../src/reports";
import { asSystem } from "../../src/shared/context";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { runJobs } from "../support/jobs";
import { createWorld, ORIGIN } from "../support/world";

interface View {
  id: string;
  format: string;
  status: string;
  columns: { name: string; samples: string[] }[];
  mapping: Record<string, string | null>;
  rows: number;
  accepted: number;
  rejected: number;
}

const pathOf = (form: FormWorld) => `/api/v1/forms/${form.formId}/imports`;

async function upload(form: FormWorld, body: string | Uint8Array<ArrayBuffer>, fileName = "answers.csv") {
  const { SELF } = await import("cloudflare:test");
  const key = await form.makeKey(["read", "write"]);
  return SELF.fetch(`${ORIGIN}${pathOf(form)}?file_name=${encodeURIComponent(fileName)}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/octet-stream" },
    body,
  });
}

async function uploaded(form: FormWorld, body: string | Uint8Array<ArrayBuffer>, fileName?: string): Promise<View> {
  const reply = await upload(form, body, fileName);
  expect(reply.status, await reply.clone().text()).toBe(201);
  return reply.json();
}

async function run(form: FormWorld, id: string, verb: "check" | "start", body: Record<string, unknown> = {}) {
  const reply = await form.call("POST", `${pathOf(form)}/${id}/${verb}`, body);
  expect(reply.status, await reply.clone().text()).toBe(202);
  await runJobs("work");
  return (await form.call("GET", `${pathOf(form)}/${id}`)).json<View>();
}

const errorsOf = async (form: FormWorld, id: string, query = "") =>
  (await form.call("GET", `${pathOf(form)}/${id}/errors${query}`)).json<{
    errors: { row: number; path: string; code: string }[];
    next_cursor: string | null;
  }>();

const CSV = [
  "Name,E-mail,Department,Tags,Score,Agree,Submitted at,Extra",
  'Ada,ada@mail.test,IT,"a, c",4,yes,2026-01-31T09:00:00Z,x',
  '"Grace, ""the"" Great",,hr,,5.5,no,01.02.2026 10:15,',
  ",nobody,IT,,6,yes,,",
  '"Two\nlines",,Nowhere,z,seven,maybe,2031-01-01,',
].join("\r\n");

describe("a CSV file", () => {
  test("has its columns recognised, is checked without taking anything, and is imported through the ledger", async () => {
    const form = await createForm();
    const view = await uploaded(form, `\ufeff${CSV}`);
    expect(view).toMatchObject({
      status: "uploaded",
      format: "csv",
      mapping: {
        Name: "name",
        "E-mail": "email",
        Department: "department",
        Tags: "tags",
        Score: "score",
        Agree: "agree",
        "Submitted at": "submitted_at",
        Extra: null,
      },
    });
    expect(view.columns[0]).toEqual({ name: "Name", samples: ["Ada", 'Grace, "the" Great', "Two\nlines"] });

    const checked = await run(form, view.id, "check");
    expect(checked).toMatchObject({ status: "checked", rows: 4, accepted: 2, rejected: 2 });
    expect((await form.list()).responses).toEqual([]);
    const { errors } = await errorsOf(form, view.id);
    expect(errors.map(({ row, path }) => `${row} ${path}`)).toEqual(["3 name", "3 email", "4 submitted_at"]);

    const done = await run(form, view.id, "start");
    expect(done).toMatchObject({ status: "done", rows: 4, accepted: 2, rejected: 2 });
    const { responses } = await form.list("?sort=submitted_at");
    expect(responses).toMatchObject([
      {
        submitted_at: "2026-01-31T09:00:00.000Z",
        data: { name: "Ada", department: "IT", tags: ["a", "c"], score: 4, agree: true },
        meta: { import: view.id },
      },
      { submitted_at: "2026-02-01T10:15:00.000Z", data: { name: 'Grace, "the" Great', department: "HR", score: 5.5, agree: false } },
    ]);
    const metrics = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`);
    expect(await metrics.json()).toMatchObject({ total_responses: 2 });
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, {})).status).toBe(409);
  });

  test.each([
    [
      "semicolons and an old Excel's encoding",
      new Uint8Array([..."Name;Score\nJos"].map((c) => c.charCodeAt(0)).concat([0xe9, 0x3b, 0x33])),
      "José",
    ],
    ["tabs", "Name\tScore\nJosé\t3\n", "José"],
    ["lines ended the old way", "Name,Score\rJosé,3\r", "José"],
  ])("with %s", async (_what, body, name) => {
    const form = await createForm();
    const view = await uploaded(form, body as string);
    expect(await run(form, view.id, "start")).toMatchObject({ accepted: 1, rejected: 0 });
    expect((await form.list()).responses).toMatchObject([{ data: { name, score: 3 } }]);
  });

  test("takes nothing when asked to while a row is wrong", async () => {
    const form = await createForm();
    const view = await uploaded(form, "Name,Score\nAda,x\nBo,1\n");
    const options = { options: { skip_invalid: false } };
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, options)).status).toBe(409);
    await run(form, view.id, "check");
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, options)).status).toBe(409);
    expect((await form.list()).responses).toEqual([]);
  });

  test("a mapping that does not fit is refused by column", async () => {
    const form = await createForm();
    const view = await uploaded(form, "Who,What\nAda,1\n");
    const reply = await form.call("POST", `${pathOf(form)}/${view.id}/start`, { mapping: { Who: "name", What: "nope", Gone: "score" } });
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({
      errors: [
        { path: "mapping.What", code: "unknown_field" },
        { path: "mapping.Gone", code: "unknown_column" },
      ],
    });
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, { mapping: { Who: null } })).status).toBe(422);
    expect(await run(form, view.id, "start", { mapping: { Who: "name", What: "score" } })).toMatchObject({ accepted: 1 });
  });

  test("errors are listed page by page, a row's errors together", async () => {
    const form = await createForm();
    const view = await uploaded(form, `Name,E-mail\n${",bad\n".repeat(7)}`);
    await run(form, view.id, "check");
    const seen: number[] = [];
    for (let query = "?limit=3"; query !== ""; ) {
      const { errors, next_cursor } = await errorsOf(form, view.id, query);
      expect(errors.length % 2).toBe(0);
      seen.push(...errors.map(({ row }) => row));
      query = next_cursor === null ? "" : `?limit=3&cursor=${next_cursor}`;
    }
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
  });
});

describe("other files", () => {
  test("JSON Lines as an export of ours has them", async () => {
    const form = await createForm();
    const lines = [
      { id: "rsp_old", submitted_at: "2026-01-31T09:00:00.000Z", status: "complete", data: { name: "Ada", tags: ["a", "b"], score: 1 } },
      { name: "Bo" },
    ];
    const body = `${lines.map((line) => JSON.stringify(line)).join("\n")}\nnot json\n[1]\n`;
    const view = await uploaded(form, body, "answers.jsonl");
    expect(await run(form, view.id, "start")).toMatchObject({ format: "jsonl", accepted: 2, rejected: 2 });
    expect((await form.list("?sort=submitted_at")).responses).toMatchObject([
      { submitted_at: "2026-01-31T09:00:00.000Z", data: { name: "Ada", tags: ["a", "b"], score: 1 } },
      { data: { name: "Bo" } },
    ]);
    expect((await errorsOf(form, view.id)).errors.map(({ row, code }) => [row, code])).toEqual([
      [3, "not_json"],
      [4, "not_json"],
    ]);
  });

  test("a workbook, its dates and numbers as they are", async () => {
    const form = await createForm();
    const rows = [
      ["Name", "Score", "Submitted at"],
      ["Ada", 4.5, new Date("2026-01-31T09:00:00Z")],
      ["00123", null, null],
    ];
    const book = await writeXlsx({ sheets: [{ name: "Answers", rows: rows as never }] });
    const view = await uploaded(form, book as Uint8Array<ArrayBuffer>, "answers.xlsx");
    expect(view.mapping).toEqual({ Name: "name", Score: "score", "Submitted at": "submitted_at" });
    expect(await run(form, view.id, "start")).toMatchObject({ accepted: 2, rejected: 0 });
    expect((await form.list("?sort=submitted_at")).responses).toMatchObject([
      { submitted_at: "2026-01-31T09:00:00.000Z", data: { name: "Ada", score: 4.5 } },
      { data: { name: "00123" } },
    ]);
  });

  test.each([
    ["an empty file", "", "a.csv", 422],
    ["a picture", "\u0089PNG", "a.png", 422],
    ["a workbook that is none", "PK not really", "a.xlsx", 422],
    ["a mark that is never closed", `Name\n"${"x".repeat(3 * 1024 * 1024)}`, "a.csv", 422],
  ])("%s is refused and leaves nothing behind", async (_what, body, name, status) => {
    const form = await createForm();
    expect((await upload(form, body, name)).status).toBe(status);
    expect((await env.FILES.list({ prefix: `imports/${form.workspaceId}/` })).objects).toEqual([]);
  });

  test("a workbook that would unpack to gigabytes is not unpacked", async () => {
    const form = await createForm();
    const zeros = new Uint8Array(40 * 1024 * 1024);
    const bomb = zipSync({ "xl/sharedStrings.xml": zeros, "xl/worksheets/sheet1.xml": new Uint8Array(10) });
    expect(bomb.byteLength).toBeLessThan(100_000);
    expect((await upload(form, bomb as Uint8Array<ArrayBuffer>, "a.xlsx")).status).toBe(413);
  });

  test("a form that takes no answers takes none from a file", async () => {
    const form = await createForm();
    const view = await uploaded(form, "Name\nAda\n");
    await form.call("POST", `/api/v1/forms/${form.formId}/close`);
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, {})).status).toBe(410);
  });

  test("a stranger cannot see it, and who only reads cannot send one", async () => {
    const form = await createForm();
    const view = await uploaded(form, "Name\nAda\n");
    const stranger = await createWorld();
    expect((await stranger.call("GET", `${pathOf(form)}/${view.id}`)).status).toBe(404);
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, {}, { as: "viewer" })).status).toBe(403);
  });
});

/** What a job is handed; one after the other, those of the same import go on where the last one got to. */
function mortal() {
  let saved: unknown = null;
  const control = (diesAfter: number) => ({
    jobId: "job_x",
    attempt: 1,
    correlationId: "req_x",
    createdBy: null,
    saved,
    signal: new AbortController().signal,
    isTimeUp: () => false,
    progress: async () => {},
    checkCancelled: async () => {},
    checkpoint: async (state: unknown) => {
      if (diesAfter-- === 0) throw new Error("killed");
      saved = state;
    },
  });
  return { control };
}

describe("what is interrupted", () => {
  const rows = Array.from({ length: 900 }, (_, i) => `Person ${i},${i}`).join("\n");

  test("goes on at its checkpoint, and no row is taken twice", async () => {
    const form = await createForm();
    const view = await uploaded(form, `Name,Score\n${rows}\n`);
    expect((await form.call("POST", `${pathOf(form)}/${view.id}/start`, {})).status).toBe(202);
    const ctx = asSystem(testContext(), form.workspaceId);
    const { control } = mortal();
    // Killed before the first checkpoint, then before the second: what was taken in between is offered again.
    await expect(IMPORT.run(ctx, { import_id: view.id, mode: "import" }, control(0))).rejects.toThrow("killed");
    await expect(IMPORT.run(ctx, { import_id: view.id, mode: "import" }, control(1))).rejects.toThrow("killed");
    const end = await IMPORT.run(ctx, { import_id: view.id, mode: "import" }, control(99));
    expect(end).toMatchObject({ kind: "done", result: { rows: 900, accepted: 900, rejected: 0 } });
    const metrics = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`);
    expect(await metrics.json()).toMatchObject({ total_responses: 900 });
    const names = new Set((await form.list("?limit=1000")).responses.map(({ data }) => data.name));
    expect(names.size).toBe(900);
  });

  test("begun anew from the first row days after it failed, it still takes none twice", async () => {
    const form = await createForm();
    const view = await uploaded(form, "Name,Score\nAda,1\nGrace,2\n");
    const ctx = asSystem(testContext(), form.workspaceId);
    await expect(IMPORT.run(ctx, { import_id: view.id, mode: "import" }, mortal().control(0))).rejects.toThrow("killed");
    await runInDurableObject(env.LEDGER.getByName(`${form.formId}:0`), (_, state) => {
      new LedgerStorage(state.storage).respondents.forgetExpired(Date.now() + 7 * 86_400_000);
    });
    const end = await IMPORT.run(ctx, { import_id: view.id, mode: "import" }, mortal().control(99));
    expect(end).toMatchObject({ kind: "done", result: { accepted: 2, rejected: 0 } });
    const metrics = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`);
    expect(await metrics.json()).toMatchObject({ total_responses: 2 });
  });

  test("a quota that fills up leaves the rest out, and says so by row", async () => {
    const form = await createForm({ quota: { limit: 3 } });
    const view = await uploaded(form, "Name\nA\nB\nC\nD\nE\n");
    expect(await run(form, view.id, "start")).toMatchObject({ accepted: 3, rejected: 2 });
    expect((await errorsOf(form, view.id)).errors.map(({ code }) => code)).toEqual(["quota_reached", "quota_reached"]);
  });
});
