import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { FIELD_TYPES, FormSchemaInput } from "../../../src/forms/definition";

const field = (name: string, more: object = {}) => ({ name, type: "short_text", label: name, ...more });
const issuesOf = (input: unknown) =>
  FormSchemaInput.safeParse(input).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

function nested(levels: number): object {
  let inner: object = field("f0");
  for (let level = 1; level < levels; level++) inner = { name: `f${level}`, type: "group", label: "", fields: [inner] };
  return { fields: [inner] };
}

describe("FormSchemaInput", () => {
  it("takes every field type, and a draft that is far from complete", () => {
    const fields = FIELD_TYPES.map((type) => field(type, { type }));
    expect(FormSchemaInput.parse({ fields })).toEqual({ fields });
    expect(FormSchemaInput.parse({ fields: [] })).toEqual({ fields: [] });
    expect(
      FormSchemaInput.safeParse({
        fields: [field("a"), field("a")],
        rules: [{ source_field: "x", condition: "equals", action: "show", target_fields: [] }],
      }).success,
    ).toBe(true);
  });

  it("makes short rules long, with ids that nobody has", () => {
    const parsed = FormSchemaInput.parse({
      fields: [field("a"), field("b")],
      rules: [
        { source_field: "a", condition: "equals", value: "x", action: "show", target_fields: ["b"] },
        { id: "rule_1", when: { any: [{ field: "a", condition: "is_empty" }] }, then: [{ action: "end_form" }] },
        { source_field: "a", condition: "is_empty", action: "set_value", target_fields: ["b"], action_value: 5 },
      ],
    });
    expect(parsed.rules).toEqual([
      { id: "rule_2", when: { all: [{ field: "a", condition: "equals", value: "x" }] }, then: [{ action: "show", targets: ["b"] }] },
      { id: "rule_1", when: { any: [{ field: "a", condition: "is_empty" }] }, then: [{ action: "end_form", targets: [] }] },
      { id: "rule_3", when: { all: [{ field: "a", condition: "is_empty" }] }, then: [{ action: "set_value", targets: ["b"], value: 5 }] },
    ]);
    expect(FormSchemaInput.parse(parsed)).toEqual(parsed);
  });

  it("takes the value of a short rule for what is set when nothing is compared", () => {
    const short = { source_field: "a", value: 5, action: "set_value", target_fields: ["b"] };
    const [asks, compares] =
      FormSchemaInput.parse({
        fields: [],
        rules: [
          { ...short, condition: "is_empty" },
          { ...short, condition: "equals" },
        ],
      }).rules ?? [];
    expect(asks).toMatchObject({ when: { all: [{ field: "a", condition: "is_empty" }] }, then: [{ value: 5 }] });
    expect(compares?.then).toEqual([{ action: "set_value", targets: ["b"] }]);
  });

  it("keeps no prototype names among its keys", () => {
    const parsed = FormSchemaInput.safeParse(
      JSON.parse('{"fields": [], "__proto__": {"polluted": true}, "theme": {"__proto__": {"polluted": true}}}'),
    );
    expect(JSON.stringify(parsed.data ?? {})).not.toContain("polluted");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ["a name that is none", { fields: [field("Not OK")] }, "fields.0.name"],
    ["a prototype name", { fields: [field("__proto__")] }, "fields.0.name"],
    ["an unknown type", { fields: [field("a", { type: "telepathy" })] }, "fields.0.type"],
    ["no label", { fields: [{ name: "a", type: "number" }] }, "fields.0.label"],
    ["a stray key", { fields: [field("a", { requird: true })] }, "fields.0"],
    ["a stray key in validation", { fields: [field("a", { validation: { minimum: 1 } })] }, "fields.0.validation"],
    ["a stray setting", { fields: [], settings: { nonsense: 1 } }, "settings"],
    ["a bad nested field", { fields: [field("g", { type: "group", fields: [field("B")] })] }, "fields.0.fields.0.name"],
    ["NUL in a label", { fields: [field("a", { label: "a\0b" })] }, "fields.0.label"],
    ["half a character in an option", { fields: [field("a", { options: [{ value: "\ud800", label: "x" }] })] }, "fields.0.options.0.value"],
    ["too many options", { fields: [field("a", { options: Array(501).fill({ value: "x", label: "x" }) })] }, "fields.0.options"],
    [
      "too many rules",
      { fields: [], rules: Array(201).fill({ source_field: "a", condition: "is_empty", action: "show", target_fields: [] }) },
      "rules",
    ],
    ["a rule with both all and any", { fields: [], rules: [{ when: { all: [], any: [] }, then: [] }] }, "rules.0"],
    ["a time that is none", { fields: [], settings: { opens_at: "tomorrow" } }, "settings.opens_at"],
    ["a huge default", { fields: [field("a", { default: "x".repeat(20_001) })] }, "fields.0.default"],
    ["a pattern of a page", { fields: [field("a", { validation: { pattern: "x".repeat(501) } })] }, "fields.0.validation.pattern"],
  ])("refuses %s", (_what, input, path) => {
    expect(issuesOf(input).map((issue) => issue.split(":")[0])).toContain(path);
  });

  it("bounds fields and depth over the whole form", () => {
    expect(issuesOf(nested(5))).toEqual([]);
    expect(issuesOf(nested(6))).toEqual([": Fields nest at most 5 levels deep."]);
    const groups = Array.from({ length: 2 }, (_, at) => ({
      ...field(`g${at}`),
      type: "group",
      fields: Array.from({ length: 250 }, (_x, n) => field(`f${at}_${n}`)),
    }));
    expect(issuesOf({ fields: groups })).toEqual([": A form has at most 500 fields, nested ones included."]);
  });

  it("is not run out of stack by a megabyte of brackets", () => {
    expect(issuesOf(nested(80_000))).toEqual([": The schema nests deeper than 20 levels."]);
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(issuesOf({ fields: [field("a", { default: deep })] })).toEqual([": The schema nests deeper than 20 levels."]);
  });

  it.each([[null], [5], ["x"], [[]], [{}], [{ fields: {} }], [{ fields: [null] }], [{ fields: [[]] }]])("refuses %j", (input) => {
    expect(FormSchemaInput.safeParse(input).success).toBe(false);
  });

  it("shows in an OpenAPI 3.1 document, a field within a field by reference", () => {
    const app = new OpenAPIHono();
    const content = { "application/json": { schema: z.object({ schema: FormSchemaInput }) } };
    app.openapi(
      createRoute({ method: "post", path: "/", request: { body: { content } }, responses: { 200: { description: "", content } } }),
      (c) => c.json({ schema: { fields: [] } }),
    );
    const { schemas } = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "1" } }).components ?? {};
    expect(Object.keys(schemas ?? {})).toEqual(expect.arrayContaining(["FormSchema", "Field", "Rule", "ShortRule", "FormSettings"]));
    expect(schemas?.FormSchema).toMatchObject({ type: "object", required: ["fields"], additionalProperties: false });
    expect(schemas?.Field).toMatchObject({
      properties: { fields: { type: "array", items: { $ref: "#/components/schemas/Field" }, maxItems: 500 } },
      required: ["name", "type", "label"],
    });
  });
});
