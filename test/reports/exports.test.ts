import { env } from "cloudflare:test";
import { unzipSync } from "fflate";
import Papa from "papaparse";
import { beforeAll, describe, expect, test } from "vitest";
import { deleteExpiredFiles } from "../../src/reports";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";
import { askExport, download, exported, filesOf, finished, readExport } from "./support";

const FIELDS = [
  { name: "name", type: "long_text", label: "Name" },
  { name: "code", type: "short_text", label: "Code" },
  { name: "born", type: "date", label: "Born" },
  { name: "score", type: "number", label: "Score" },
  {
    name: "department",
    type: "select",
    label: "Department",
    options: ["IT", "HR"].map((value) => ({ value: value.toLowerCase(), label: value })),
  },
  { name: "tags", type: "multi_select", label: "Tags", options: ["a", "b", "c"].map((value) => ({ value, label: value })) },
  { name: "home", type: "address", label: "Home" },
  {
    name: "people",
    type: "repeat",
    label: "People",
    fields: [
      { name: "who", type: "short_text", label: "Who" },
      { name: "age", type: "number", label: "Age" },
    ],
  },
];

const NASTY = [
  'comma, "quote"',
  "two\nlines",
  '=HYPERLINK("http://x")',
  "@SUM(1)",
  "שלום עולם",
  "🌊 wave",
  "007",
  "123456789012345678",
  "-5",
  "+49 30 1234",
];

let world: FormWorld;
beforeAll(async () => {
  world = await createForm({}, FIELDS);
  for (const [i, text] of NASTY.entries()) {
    await world.accepted({
      name: text,
      code: String(i).padStart(4, "0"),
      born: "1999-12-31",
      score: i - 2.5,
      department: i % 2 === 0 ? "it" : "hr",
      tags: ["a", "c"],
      home: { line1: "Street 1", city: "Rome", country: "IT" },
      people: [{ who: "Ann", age: 30 }, { who: "Bob" }],
    });
  }
});

function rowsOf(text: string): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

describe("CSV", () => {
  test("holds every answer as it was given, guarded against formulas", async () => {
    const { view, file } = await exported(world, { form_id: world.formId, format: "csv" });
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(file.headers.get("content-disposition")).toContain(view.file_name ?? "?");
    expect(view).toMatchObject({ rows: NASTY.length, progress: 1 });
    const rows = rowsOf(await file.text());
    expect(rows.map((row) => row.Name)).toEqual(NASTY.map((text) => (/^[=@]/.test(text) ? `'${text}` : text)));
    expect(rows[3]).toMatchObject({
      Code: "0003",
      Born: "1999-12-31",
      Score: "0.5",
      Department: "hr",
      Tags: "a; c",
      "Home: city": "Rome",
      Who: "Ann; Bob",
      Age: "30; ",
    });
    expect(rows[0]?.["Submitted at"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test("names, a byte order mark, another delimiter, another clock, without the guard", async () => {
    const options = { headers: "name", bom: true, delimiter: ";", timezone: "Asia/Kathmandu", formula_guard: false };
    const { file } = await exported(world, {
      form_id: world.formId,
      format: "csv",
      fields: ["submitted_at", "name"],
      sort: "-submitted_at",
      options,
    });
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(bytes).split("\r\n");
    expect(lines[0]).toBe("submitted_at;name");
    expect(lines[1]).toMatch(/\+05:45;\+49 30 1234$/);
    expect(lines.join("\n")).toContain('"=HYPERLINK');
  });

  test("a line for each turn of a repeating group, when asked for", async () => {
    const body = {
      form_id: world.formId,
      format: "csv",
      fields: ["code", "people"],
      filter: { code: "0001" },
      options: { repeats: "rows", headers: "name" },
    };
    const { file } = await exported(world, body);
    expect(rowsOf(await file.text())).toEqual([
      { code: "0001", "people.who": "Ann", "people.age": "30", turn: "1" },
      { code: "0001", "people.who": "Bob", "people.age": "", turn: "2" },
    ]);
  });

  test("what is calculated stands beside what was answered", async () => {
    const body = {
      form_id: world.formId,
      format: "csv",
      fields: ["code"],
      filter: { score: { $gte: 6 } },
      calculated_fields: [{ name: "doubled", label: "Doubled", expression: "{{score}} + {{score}}" }],
    };
    expect(rowsOf(await (await exported(world, body)).file.text())).toEqual([{ Code: "0009", Doubled: "13" }]);
  });
});

test("JSON has the facts and the answers as they were given; JSON Lines the answers alone", async () => {
  const { view, file } = await exported(world, { form_id: world.formId, format: "json" });
  const document = await file.json<{ position: string; responses: { data: Record<string, unknown> }[] }>();
  expect(document.position).toBe(view.position);
  expect(document.responses.map(({ data }) => data.name)).toEqual(NASTY);
  expect(document.responses[0]?.data.people).toEqual([{ who: "Ann", age: 30 }, { who: "Bob" }]);
  const lines = (await (await exported(world, { form_id: world.formId, format: "jsonl", fields: ["code", "score"] })).file.text())
    .trim()
    .split("\n");
  expect(JSON.parse(lines[0] ?? "")).toEqual({ code: "0000", score: -2.5 });
  expect(lines).toHaveLength(NASTY.length);
});

test.each(["xlsx", "docx", "tex"])("%s is a zip with something in it", async (format) => {
  const { file, view } = await exported(world, { form_id: world.formId, format });
  const bytes = new Uint8Array(await file.arrayBuffer());
  expect(bytes.length).toBe(view.size);
  expect(new TextDecoder().decode(bytes.slice(0, 2))).toBe("PK");
});

test("the header of a sheet stays when one scrolls, and its columns are as wide as what is in them", async () => {
  const { file } = await exported(world, { form_id: world.formId, format: "xlsx", fields: ["id", "name", "score"] });
  const parts = unzipSync(new Uint8Array(await file.arrayBuffer()));
  const sheet = new TextDecoder().decode(parts["xl/worksheets/sheet2.xml"]);
  expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
  const widths = [...sheet.matchAll(/<col [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(3);
  expect(widths[1]).toBeGreaterThan(widths[2] ?? 0);
});

test.each(["csv", "json", "jsonl", "xlsx", "docx", "tex"])("%s of a form that nobody has answered is there, and empty", async (format) => {
  const own = await createForm();
  const { view, file } = await exported(own, { form_id: own.formId, format });
  expect(view).toMatchObject({ rows: 0, error: null });
  if (format === "json") expect((await file.json<{ responses: unknown[] }>()).responses).toEqual([]);
  else if (format === "csv") expect((await file.text()).split("\r\n")).toHaveLength(2);
  else expect((await file.arrayBuffer()).byteLength).toBe(view.size);
});

test("two fields with one label are told apart, and those that a later version dropped are still there", async () => {
  const field = (name: string, label: string) => ({ name, type: "short_text", label });
  const own = await createForm({}, [field("first", "Name"), field("last", "Name"), field("old", "Old")]);
  await own.accepted({ first: "Ada", last: "Lovelace", old: "kept" });
  await own.call("PATCH", `/api/v1/forms/${own.formId}`, {
    schema: { fields: [field("fresh", "Fresh"), field("first", "Name"), field("last", "Name")] },
  });
  await own.call("POST", `/api/v1/forms/${own.formId}/publish`);
  await own.accepted({ fresh: "new", first: "Grace" });
  const text = await (await exported(own, { form_id: own.formId, format: "csv" })).file.text();
  expect(text.split("\r\n")[0]).toBe("Response,Submitted at,Status,Fresh,Name (first),Name (last),Old");
  expect(rowsOf(text).map(({ Old, Fresh }) => [Old, Fresh])).toEqual([
    ["kept", ""],
    ["", "new"],
  ]);
});

test("what is accepted, changed or deleted afterwards is not in the file", async () => {
  const own = await createForm();
  const first = await own.accepted({ name: "before" });
  const second = await own.accepted({ name: "doomed" });
  const view = await askExport(own, { form_id: own.formId, format: "jsonl" });
  await own.call("PATCH", `/api/v1/forms/${own.formId}/responses/${first.id}`, { data: { name: "after" } });
  await own.call("DELETE", `/api/v1/forms/${own.formId}/responses/${second.id}`);
  await own.accepted({ name: "too late" });
  await own.list();
  const done = await finished(own, view.id);
  const lines = (await (await download(own, done)).text()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).data.name)).toEqual(["before", "doomed"]);
  expect(done.file_name).toContain(`at-${view.position.split(":")[1]}`);
});

test("partial answers are there only when the filter speaks of their status", async () => {
  const own = await createForm();
  await own.accepted({ name: "whole" });
  await own.accepted({ name: "half" }, { body: { status: "partial" } });
  const { view } = await exported(own, { form_id: own.formId, format: "csv" });
  expect(view.rows).toBe(1);
  const all = await exported(own, { form_id: own.formId, format: "csv", filter: { status: { $in: ["complete", "partial"] } } });
  expect(all.view.rows).toBe(2);
});

test("the same request finds the same file until something has been answered", async () => {
  const own = await createForm();
  await own.accepted({ name: "one" });
  const body = { form_id: own.formId, format: "csv" };
  const first = await askExport(own, body);
  expect((await askExport(own, body)).id).toBe(first.id);
  await finished(own, first.id);
  expect((await askExport(own, body)).id).toBe(first.id);
  expect((await askExport(own, { ...body, format: "json" })).id).not.toBe(first.id);
  await own.accepted({ name: "two" });
  expect((await askExport(own, body)).id).not.toBe(first.id);
});

describe("a link", () => {
  test("needs no credential, takes a range, and nobody can make one up", async () => {
    const { view } = await exported(world, { form_id: world.formId, format: "csv" });
    const part = await download(world, view, { Range: "bytes=0-7" });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 0-7/${view.size}`);
    expect((await part.text()).length).toBe(8);
    const forged = new URL(view.download_url ?? "");
    forged.searchParams.set("expires", "zzzzzzzzz");
    expect((await world.call("GET", `${forged.pathname}${forged.search}`, undefined, { key: null })).status).toBe(404);
    const bare = await world.call("GET", forged.pathname, undefined, { key: null });
    expect(bare.status).toBe(404);
  });

  test("says gone after a day, and the file is deleted", async () => {
    const own = await createForm();
    await own.accepted({ name: "one" });
    const { view } = await exported(own, { form_id: own.formId, format: "csv" });
    expect(await filesOf(env.FILES, own.workspaceId)).toHaveLength(1);
    await env.DB.prepare("UPDATE exports SET expires_at = ?1 WHERE id = ?2")
      .bind(Date.now() - 1, view.id)
      .run();
    expect((await download(own, view)).status).toBe(410);
    expect(await readExport(own, view.id)).toMatchObject({ status: "expired", download_url: null });
    await deleteExpiredFiles(testContext());
    expect(await filesOf(env.FILES, own.workspaceId)).toEqual([]);
    expect((await download(own, view)).status).toBe(410);
    expect(await readExport(own, view.id)).toMatchObject({ status: "expired" });
  });
});

test("a preview shows twenty rows and what the columns are", async () => {
  const own = await createForm();
  for (let i = 0; i < 25; i++) await own.accepted({ name: `n${i}` });
  const reply = await own.call("POST", "/api/v2/reports/exports/preview", { form_id: own.formId, fields: ["name"] });
  expect(reply.status).toBe(200);
  const { columns, rows } = await reply.json<{ columns: unknown[]; rows: unknown[] }>();
  expect(columns).toEqual([{ name: "name", label: "Name", type: "text" }]);
  expect(rows).toHaveLength(20);
  expect(rows[0]).toEqual({ name: "n0" });
});

describe("what cannot be exported is said at once", () => {
  const refused = async (body: Record<string, unknown>) => {
    const reply = await world.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "csv", ...body });
    return { status: reply.status, ...(await reply.json<{ code: string; errors?: { path: string }[] }>()) };
  };

  test.each([
    ["a field that no version has", { fields: ["code", "nothing"] }, "unknown_field", "fields.1"],
    ["a filter over an unknown field", { filter: { nothing: 1 } }, "unknown_field", undefined],
    [
      "an expression that does not work out",
      { calculated_fields: [{ name: "x", expression: "{{score} +" }] },
      "invalid_expression",
      undefined,
    ],
    ["a time zone that is none", { options: { timezone: "Mars/Olympus" } }, "unknown_timezone", "options.timezone"],
  ])("%s", async (_, body, code, path) => {
    const problem = await refused(body);
    expect(problem).toMatchObject({ status: 422, code });
    if (path !== undefined) expect(problem.errors?.[0]?.path).toBe(path);
  });

  test("a form of another workspace", async () => {
    const stranger = await createWorld();
    const reply = await stranger.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "csv" });
    expect(reply.status).toBe(404);
    const view = await askExport(world, { form_id: world.formId, format: "csv" });
    expect((await stranger.call("GET", `/api/v2/reports/exports/${view.id}`)).status).toBe(404);
    expect((await stranger.call("POST", `/api/v2/reports/exports/${view.id}/cancel`)).status).toBe(404);
    expect((await stranger.call("GET", `/api/v2/jobs/${view.job_id}`)).status).toBe(404);
  });
});

test("who may read may export; a key that may only submit may not", async () => {
  expect((await world.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "json" }, { as: "viewer" })).status).toBe(
    202,
  );
  const key = await world.makeKey(["submit"]);
  expect((await world.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "json" }, { key })).status).toBe(403);
});

test("that an export is there is told to whoever listens, once", async () => {
  const own = await createForm();
  await own.accepted({ name: "one" });
  const { view } = await exported(own, { form_id: own.formId, format: "csv" });
  const { results } = await env.DB.prepare("SELECT data FROM webhook_events WHERE workspace_id = ?1 AND type = 'export.completed'")
    .bind(own.workspaceId)
    .all<{ data: string }>();
  expect(results.map(({ data }) => JSON.parse(data).id)).toEqual([view.id]);
});

describe("a batch", () => {
  const batch = async (body: Record<string, unknown>) => {
    const reply = await world.call("POST", "/api/v2/reports/exports/batch", { form_id: world.formId, ...body });
    return { status: reply.status, view: await reply.json<{ id: string; code?: string }>() };
  };

  test("has a file for each value of a field", async () => {
    const { status, view } = await batch({ format: "csv", by: "department" });
    expect(status).toBe(202);
    const done = await finished(world, view.id);
    expect(done).toMatchObject({ status: "done", rows: NASTY.length });
    const files = unzipSync(new Uint8Array(await (await download(world, done)).arrayBuffer()));
    expect(Object.keys(files)).toEqual(["IT.csv", "HR.csv"]);
    const names = Object.values(files).map((bytes) => rowsOf(new TextDecoder().decode(bytes)).map(({ Code }) => Code));
    expect(names).toEqual([
      ["0000", "0002", "0004", "0006", "0008"],
      ["0001", "0003", "0005", "0007", "0009"],
    ]);
  });

  test("has a file for each response", async () => {
    const { view } = await batch({ format: "json", by: "response", filter: { score: { $lt: 0 } } });
    const files = unzipSync(new Uint8Array(await (await download(world, await finished(world, view.id))).arrayBuffer()));
    expect(Object.keys(files)).toHaveLength(3);
    for (const bytes of Object.values(files)) expect(JSON.parse(new TextDecoder().decode(bytes)).responses).toHaveLength(1);
  });

  test("cannot be cut by what repeats, nor merged into what cannot be merged", async () => {
    expect(await batch({ format: "csv", by: "people.who" })).toMatchObject({ status: 422 });
    expect(await batch({ format: "csv", by: "department", combine: "merge" })).toMatchObject({ status: 422 });
  });
});
