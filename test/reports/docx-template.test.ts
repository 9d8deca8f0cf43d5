import { env } from "cloudflare:test";
import { strToU8, unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import type { FormSchema } from "../../src/forms";
import { checkTemplate } from "../../src/reports/docx-template/check";
import { fillTemplate } from "../../src/reports/docx-template/fill";
import { openTemplate } from "../../src/reports/docx-template/open";
import { vocabularyOf } from "../../src/reports/docx-template/vocabulary";
import { createWorld } from "../support/world";

const PATH = "/api/v2/reports/templates";
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

function paragraph(text: string): string {
  return `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

function docx(paragraphs: readonly string[], more: Record<string, string | Uint8Array> = {}): Uint8Array {
  const parts: Record<string, string | Uint8Array> = {
    "[Content_Types].xml":
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels":
      '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": `<?xml version="1.0"?><w:document ${W}><w:body>${paragraphs.map(paragraph).join("")}</w:body></w:document>`,
    ...more,
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, typeof part === "string" ? strToU8(part) : part])));
}

function textOf(bytes: Uint8Array): string {
  const xml = new TextDecoder().decode(unzipSync(bytes)["word/document.xml"]);
  return xml
    .replace(/<\/w:p>|<w:br\/>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

const SCHEMA: FormSchema = {
  fields: [
    { name: "full_name", type: "short_text", label: "Your name" },
    { name: "score", type: "nps", label: "Score" },
    {
      name: "liked",
      type: "multi_select",
      label: "What did you like?",
      options: [
        { value: "c", label: "The coffee" },
        { value: "p", label: "The people" },
      ],
    },
    { name: "guests", type: "repeat", label: "Guests", fields: [{ name: "guest", type: "short_text", label: "Guest" }] },
  ],
};

const world = await createWorld();
let formId = "";

beforeAll(async () => {
  const form = (await (await world.call("POST", "/api/v1/forms", { title: "Visits", schema: SCHEMA })).json()) as { id: string };
  formId = form.id;
  await world.call("POST", `/api/v1/forms/${formId}/publish`);
  const answers = [
    { full_name: 'Ada <b>"Lovelace"</b> & Sons', score: 9, liked: ["c", "p"], guests: [{ guest: "Ben" }, { guest: "李小龙" }] },
    { full_name: "محمد", score: 4, liked: ["p"] },
  ];
  for (const data of answers) expect((await world.call("POST", `/api/v1/forms/${formId}/responses`, { data })).status).toBe(201);
});

async function makeTemplate(): Promise<string> {
  return ((await (await world.call("POST", PATH, { name: crypto.randomUUID(), kind: "docx" })).json()) as { id: string }).id;
}

function upload(id: string, bytes: Uint8Array, query = ""): Promise<Response> {
  return world.call("PUT", `${PATH}/${id}/file${query}`, bytes as never, { headers: { "Content-Type": "application/octet-stream" } });
}

describe("a template", () => {
  const filled = (paragraphs: string[]) =>
    textOf(
      fillTemplate(openTemplate(docx(paragraphs)), {
        data: { title: "T", count: 2, responses: [{ number: 1, full_name: "Ada", liked: ["The coffee", "The people"], score: 9 }] },
        rawOf: (item) => (Object.hasOwn(item, "number") ? { score: 9, full_name: "Ada" } : undefined),
        moment: { now: 0, timezone: "UTC" },
        vocabulary: vocabularyOf([SCHEMA]),
        form: null,
      }),
    );

  test("loops over responses, lists and conditions, and works out what it is told to", () => {
    const text = filled([
      "{{title}} ({{count}})",
      "{{#responses}}",
      "{{number}}. {{full_name}}: {{score * 10}} – {{liked}}{{#score > 8}} fan{{/}}",
      "{{/responses}}",
    ]);
    expect(text).toContain("T (2)\n1. Ada: 90 – The coffee, The people fan");
  });

  test("reaches nothing that is not the report's", () => {
    expect(filled(["{{constructor}}|{{__proto__}}|{{toString}}|{{#responses}}{{constructor.name}}{{/responses}}|"])).toContain("||||");
  });

  test.each([
    [["{{#responses}}{{full_nmae}}{{/responses}}"], "full_nmae", "Did you mean “full_name”"],
    [["{{full_name}}"], "full_name", "put it between {{#responses}}"],
    [["{{#responses}}{{score *}}{{/responses}}"], "score *", "cannot be worked out"],
    [["{{#responses}}{{full_name}}"], "responses", ""],
    [["{{full_name"], "full_name", ""],
  ])("%j names the tag that is wrong", (paragraphs, tag, message) => {
    const { problems } = checkTemplate(openTemplate(docx(paragraphs)), vocabularyOf([SCHEMA]), null);
    expect(problems[0]?.tag).toBe(tag);
    expect(problems[0]?.message).toContain(message);
  });
});

describe("what is uploaded", () => {
  test.each<[string, Uint8Array]>([
    ["no zip", new TextEncoder().encode("hello")],
    ["another zip", zipSync({ "a.txt": strToU8("hello") })],
    ["macros", docx(["x"], { "word/vbaProject.bin": new Uint8Array(10) })],
    ["entities", docx(["x"], { "word/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>' })],
    [
      "a picture from elsewhere",
      docx(["x"], {
        "word/_rels/document.xml.rels":
          '<Relationships><Relationship Id="r1" Type="http://x/image" Target="http://evil.example/a.png" TargetMode="External"/></Relationships>',
      }),
    ],
  ])("%s is refused", async (_, bytes) => {
    const reply = await upload(await makeTemplate(), bytes);
    expect(reply.status).toBe(422);
  });

  test("a zip bomb is not unpacked", async () => {
    const bomb = docx(["x"], { "word/media/big.xml": new Uint8Array(16 * 1024 * 1024) });
    expect(bomb.byteLength).toBeLessThan(100_000);
    expect((await upload(await makeTemplate(), bomb)).status).toBe(413);
  });

  test("is checked against a form, tag by tag", async () => {
    const id = await makeTemplate();
    const reply = await upload(id, docx(["{{tittle}}", "{{#responses}}{{nothing}}{{/responses}}"]), `?form_id=${formId}`);
    expect(reply.status).toBe(422);
    const { errors } = (await reply.json()) as { errors: { path: string; message: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(["{{tittle}}", "{{nothing}}"]);
    expect(errors[0]?.message).toContain("Did you mean “title”");
  });

  test("replaces the one before it, and goes with its template", async () => {
    const id = await makeTemplate();
    expect((await upload(id, docx(["{{title}}"]))).status).toBe(200);
    const told = (await (await upload(id, docx(["{{title}} {{#responses}}{{full_name}}{{/responses}}"]))).json()) as { tags: string[] };
    expect(told.tags).toEqual(["title", "#responses", "full_name"]);
    const list = () => env.FILES.list({ prefix: `report-templates/${world.workspaceId}/${id}/` });
    expect((await list()).objects).toHaveLength(1);
    const check = await world.call("POST", `${PATH}/${id}/check`, { form_id: formId });
    expect(await check.json()).toMatchObject({ ok: true, errors: [] });
    await world.call("DELETE", `${PATH}/${id}`);
    expect((await list()).objects).toHaveLength(0);
  });
});
