import { unzipSync } from "fflate";
import Papa from "papaparse";
import { beforeAll, describe, expect, test } from "vitest";
import { chooseTemplate } from "../../src/reports/templates/choose";
import { asSystem } from "../../src/shared/context";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { askExport, download, exported, finished } from "./support";

const FIELDS = [
  {
    name: "department",
    type: "select",
    label: "Department",
    options: [
      { value: "it", label: "IT" },
      { value: "hr", label: "Human resources" },
    ],
  },
  {
    name: "quality",
    type: "matrix",
    label: "Quality",
    rows: [{ value: "food", label: "The food" }],
    options: [{ value: "good", label: "Good" }],
  },
  { name: "people", type: "repeat", label: "People", fields: [{ name: "who", type: "short_text", label: "Who" }] },
  { name: "code", type: "short_text", label: "Code" },
];
const GERMAN = {
  fields: {
    department: { label: "Abteilung", options: { hr: "Personal" } },
    quality: { label: "Güte", rows: { food: "Das Essen" }, options: { good: "Gut" } },
    people: { label: "Menschen" },
    who: { label: "Wer" },
    // What is no text, or of no field, says nothing.
    code: { label: 7 },
    nobody: { label: "Niemand" },
  },
};

let world: FormWorld;
beforeAll(async () => {
  world = await createForm({}, FIELDS);
  await world.accepted({ department: "hr", quality: { food: "good" }, people: [{ who: "Ann" }], code: "7" });
  await published({ "de-AT": GERMAN, constructor: {}, fr: "none" });
});

async function published(languages: unknown): Promise<void> {
  await world.call("PATCH", `/api/v1/forms/${world.formId}`, { schema: { fields: FIELDS, languages } });
  expect((await world.call("POST", `/api/v1/forms/${world.formId}/publish`)).status).toBe(200);
}

async function fileOf(format: string, options: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Response> {
  return (await exported(world, { form_id: world.formId, format, options, ...more })).file;
}

async function textOf(format: string, options: Record<string, unknown>): Promise<string> {
  const files = unzipSync(new Uint8Array(await (await fileOf(format, options)).arrayBuffer()));
  return Object.entries(files)
    .map(([, bytes]) => new TextDecoder().decode(bytes))
    .join("\n");
}

describe("in a language of the form", () => {
  test("columns, rows and choices are called so; what it leaves out keeps the form's own words", async () => {
    const text = await (await fileOf("csv", { language: "de-at", choices: "label" })).text();
    const [row] = Papa.parse<Record<string, string>>(text, { header: true }).data;
    expect(row).toMatchObject({ Abteilung: "Personal", "Güte: Das Essen": "Gut", Wer: "Ann", Code: "7" });
  });

  test("values stay values, and names stay names", async () => {
    const text = await (await fileOf("csv", { language: "de-AT", headers: "name" })).text();
    const [row] = Papa.parse<Record<string, string>>(text, { header: true }).data;
    expect(row).toMatchObject({ department: "hr", "quality.food": "good", code: "7" });
  });

  test.each(["xlsx", "docx", "tex"])("%s says it too", async (format) => {
    const text = await textOf(format, { language: "de-AT" });
    for (const word of ["Abteilung", "Personal", "Das Essen", "Wer", "Menschen"]) expect(text).toContain(word);
    expect(text).not.toContain("Human resources");
  });

  test("JSON names it, with its columns", async () => {
    const document = await (await fileOf("json", { language: "de-AT" })).json<{ language: string; columns: { label: string }[] }>();
    expect(document.language).toBe("de-AT");
    expect(document.columns.map(({ label }) => label)).toContain("Abteilung");
  });

  test("a preview shows it", async () => {
    const reply = await world.call("POST", "/api/v2/reports/exports/preview", {
      form_id: world.formId,
      format: "docx",
      fields: ["department"],
      options: { language: "de-AT" },
    });
    expect(await reply.json()).toMatchObject({ columns: [{ name: "department", label: "Abteilung" }], rows: [{ department: "Personal" }] });
  });

  test("files of a batch are named in it", async () => {
    const reply = await world.call("POST", "/api/v2/reports/exports/batch", {
      form_id: world.formId,
      format: "csv",
      by: "department",
      options: { language: "de-AT" },
    });
    const { id } = await reply.json<{ id: string }>();
    const files = unzipSync(new Uint8Array(await (await download(world, await finished(world, id))).arrayBuffer()));
    expect(Object.keys(files)).toEqual(["Personal.csv"]);
  });
});

test.each([
  ["de-AT", "de"],
  ["AR", "ar"],
  ["it", undefined],
])("a PDF in %s says its own words in %s", async (language, spoken) => {
  const ctx = asSystem(testContext(), world.workspaceId);
  expect((await chooseTemplate(ctx, { language })).settings.language).toBe(spoken);
});

test("branding may still name another language for a PDF's own words", async () => {
  const ctx = asSystem(testContext(), world.workspaceId);
  expect((await chooseTemplate(ctx, { language: "de", branding: { language: "fr" } })).settings.language).toBe("fr");
});

test("each language is a file of its own", async () => {
  const body = { form_id: world.formId, format: "csv" };
  const own = await askExport(world, body);
  const german = await askExport(world, { ...body, options: { language: "de-AT" } });
  expect(german.id).not.toBe(own.id);
  expect((await askExport(world, { ...body, options: { language: "de-AT" } })).id).toBe(german.id);
});

test.each([
  ["one that the form does not have", "it"],
  ["a name that every object has", "toString"],
])("%s is refused, and those that there are are named", async (_, language) => {
  for (const path of ["", "/preview"]) {
    const body = { form_id: world.formId, ...(path === "" ? { format: "csv" } : {}), options: { language } };
    const reply = await world.call("POST", `/api/v2/reports/exports${path}`, body);
    expect(reply.status).toBe(422);
    const problem = await reply.json<{ code: string; errors: { path: string; message: string }[] }>();
    expect(problem).toMatchObject({ code: "unknown_language", errors: [{ path: "options.language" }] });
    expect(problem.errors[0]?.message).toContain("de-AT");
  }
});

test("a form without languages says so; one that only lists them has its own words in each", async () => {
  const own = await createForm();
  const refused = await own.call("POST", "/api/v2/reports/exports", { form_id: own.formId, format: "csv", options: { language: "de" } });
  expect(refused.status).toBe(422);
  expect(JSON.stringify(await refused.json())).toContain("own language alone");
  await own.call("PATCH", `/api/v1/forms/${own.formId}`, { schema: { fields: FIELDS, languages: ["en", "de"] } });
  await own.call("POST", `/api/v1/forms/${own.formId}/publish`);
  const { file } = await exported(own, { form_id: own.formId, format: "csv", options: { language: "de" } });
  expect((await file.text()).split("\r\n")[0]).toContain("Department");
});
