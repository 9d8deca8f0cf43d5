import { describe, expect, test } from "vitest";
import { chooseTemplate } from "../../src/reports/templates/choose";
import { listTemplates } from "../../src/reports/templates/rows";
import { asSystem } from "../../src/shared/context";
import { openDatabase } from "../../src/store";
import { actionsOn } from "../support/audit";
import { testContext } from "../support/context";
import { watch } from "../support/plans";
import { createWorld } from "../support/world";

const world = await createWorld();
const PATH = "/api/v2/reports/templates";
const PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

async function make(body: Record<string, unknown>, status = 201) {
  const reply = await world.call("POST", PATH, body);
  const told = (await reply.json()) as { id: string; errors?: { path: string; message: string }[]; code?: string } & Record<
    string,
    unknown
  >;
  expect(reply.status, JSON.stringify(told)).toBe(status);
  return told;
}

async function preview(body: Record<string, unknown>): Promise<Response> {
  return world.call("POST", `${PATH}/preview`, body);
}

describe("a workspace's templates", () => {
  test("are made, changed, listed and removed, and each change is audited", async () => {
    const made = await make({ name: "Board", extends: "classic", settings: { brand_colour: "#5b2a86", logo: PNG } });
    expect(made).toMatchObject({ kind: "pdf", extends: "classic", settings: { brand_colour: "#5b2a86" }, is_default: false });
    const changed = await world.call("PATCH", `${PATH}/${made.id}`, {
      name: "Board 2027",
      settings: { footer: "Confidential", logo: null },
    });
    expect(await changed.json()).toMatchObject({ name: "Board 2027", settings: { brand_colour: "#5b2a86", footer: "Confidential" } });
    const { templates } = (await (await world.call("GET", PATH)).json()) as { templates: { id: string; settings: object }[] };
    expect(templates.find(({ id }) => id === made.id)?.settings).not.toHaveProperty("logo");
    expect((await world.call("DELETE", `${PATH}/${made.id}`)).status).toBe(204);
    expect((await world.call("GET", `${PATH}/${made.id}`)).status).toBe(404);
    expect(await actionsOn(made.id)).toEqual(["report_template.created", "report_template.updated", "report_template.deleted"]);
  });

  test("a second default takes the place of the first", async () => {
    const first = await make({ name: "First default", is_default: true });
    const second = await make({ name: "Second default", is_default: true });
    const read = async (id: string) => ((await (await world.call("GET", `${PATH}/${id}`)).json()) as { is_default: boolean }).is_default;
    expect([await read(first.id), await read(second.id)]).toEqual([false, true]);
    await world.call("PATCH", `${PATH}/${first.id}`, { is_default: true });
    expect([await read(first.id), await read(second.id)]).toEqual([true, false]);
  });

  test("a name stands once, and a viewer makes none", async () => {
    await make({ name: "Once" });
    expect((await make({ name: "Once" }, 409)).code).toBe("name_taken");
    expect((await world.call("POST", PATH, { name: "Mine" }, { as: "viewer" })).status).toBe(403);
  });

  test.each([
    [{ brand_colour: "red;}</style><script>alert(1)</script>" }, "settings.brand_colour"],
    [{ heading_font: "Comic Sans; background: url(https://evil.example)" }, "settings.heading_font"],
    [{ logo: "https://evil.example/logo.png" }, "settings.logo"],
    [{ logo: "data:text/html;base64,PGgxPg==" }, "settings.logo"],
    [{ logo: `data:image/png;base64,${btoa("<svg onload=alert(1)>")}` }, "settings.logo"],
    [{ logo: `data:image/svg+xml;base64,${btoa("<svg><script>alert(1)</script></svg>")}` }, "settings.logo"],
    [{ sections: ["cover", "cover"] }, "settings.sections"],
    [{ css: "body{}" }, "settings"],
    [{ words: { nonsense: "x" } }, "settings.words"],
  ])("%j is refused", async (settings, path) => {
    const told = await make({ name: crypto.randomUUID(), settings }, 422);
    expect(told.errors?.some((issue) => issue.path.startsWith(path))).toBe(true);
  });
});

describe("a preview", () => {
  test("shows the settings before anything is saved, as a stranger on our origin", async () => {
    const reply = await preview({
      extends: "annual",
      settings: {
        brand_colour: "#5b2a86",
        logo: PNG,
        intro: "First words.\n\n<b>Second</b>",
        words: { summary: "The figures" },
        footer: "{date}",
      },
    });
    expect(reply.headers.get("Content-Security-Policy")).toContain("sandbox; default-src 'none'");
    const html = await reply.text();
    expect(html).toContain("--brand:#5b2a86");
    expect(html).toContain(PNG);
    expect(html).toContain("The figures");
    expect(html).toContain("&lt;b&gt;Second&lt;/b&gt;");
    expect(html).toContain("<svg");
  });

  test("has the answers of a form, escaped, in text and in charts", async () => {
    const evil = '<img src=x onerror=alert(1)>"</text><script>alert(2)</script>';
    const schema = {
      fields: [
        { name: "note", type: "long_text", label: `Note ${evil}` },
        { name: "pick", type: "radio", label: "Pick", options: [{ value: "a", label: evil }] },
      ],
    };
    const form = (await (await world.call("POST", "/api/v1/forms", { title: evil.slice(0, 60), schema })).json()) as { id: string };
    await world.call("POST", `/api/v1/forms/${form.id}/publish`);
    await world.call("POST", `/api/v1/forms/${form.id}/responses`, { data: { note: evil, pick: "a" } });
    const html = await (await preview({ form_id: form.id })).text();
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain("<script");
  });

  test("right to left, in its own words", async () => {
    const html = await (await preview({ settings: { language: "ar" } })).text();
    expect(html).toContain('dir="rtl"');
    expect(html).toContain("نظرة عامة");
  });

  test("of another workspace's template is not there", async () => {
    const { id } = await make({ name: "Ours alone" });
    const stranger = await createWorld();
    expect((await stranger.call("POST", `${PATH}/preview`, { template_id: id })).status).toBe(404);
  });
});

describe("an export", () => {
  test("that names a template which is not there is refused at the door", async () => {
    const form = (await (
      await world.call("POST", "/api/v1/forms", { title: "T", schema: { fields: [{ name: "a", type: "short_text", label: "A" }] } })
    ).json()) as { id: string };
    await world.call("POST", `/api/v1/forms/${form.id}/publish`);
    const ask = (options: object) => world.call("POST", "/api/v2/reports/exports", { form_id: form.id, format: "pdf", options });
    expect((await ask({ template: "rpt_nothing" })).status).toBe(422);
    expect((await ask({ branding: { brand_colour: "url(x)" } })).status).toBe(422);
  });
});

test("neither a list nor the look for a default reads the whole table", async () => {
  const watched = watch();
  const { workspaceId } = world;
  const ctx = asSystem({ ...testContext(), db: openDatabase(watched.db) }, workspaceId);
  await listTemplates(ctx, { limit: 10 });
  await chooseTemplate(ctx, {});
  expect(watched.statements()).toBe(2);
  expect(await watched.scans()).toEqual([]);
});
