import { describe, expect, it } from "vitest";
import { whyUnpublishable } from "../../../src/forms/checks";
import type { Field, FormSchema, Rule } from "../../../src/forms/definition/types";

const text = (name: string, more: Partial<Field> = {}): Field => ({ name, type: "short_text", label: name, ...more });
const choice = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  type: "radio",
  label: name,
  options: options("a", "b"),
  ...more,
});
const options = (...values: string[]) => values.map((value) => ({ value, label: value.toUpperCase() }));
const page = (name: string): Field => ({ name, type: "page_break", label: name });
const rule = (id: string, field: string, value: unknown, action: Rule["then"][number]["action"], ...targets: string[]): Rule => ({
  id,
  when: { all: [{ field, condition: "equals", value }] },
  then: [{ action, targets, ...(action === "set_value" ? { value: "x" } : {}) }],
});
const always = (id: string, action: Rule["then"][number]["action"], ...targets: string[]): Rule => ({
  ...rule(id, "", "", action, ...targets),
  when: { all: [] },
});
const form = (fields: Field[], more: Partial<FormSchema> = {}): FormSchema => ({ fields, ...more });
const found = (schema: FormSchema) => whyUnpublishable(schema).map(({ path, code }) => `${code} ${path}`);

describe("whyUnpublishable", () => {
  it("finds nothing wrong with a form that uses everything", () => {
    const schema = form(
      [
        text("full_name", { required: true, default: "Ada", validation: { min_length: 2, max_length: 80, pattern: "[\\p{L} .'-]+" } }),
        choice("kind"),
        { name: "grid", type: "matrix", label: "Grid", options: options("good", "bad"), rows: options("food", "room") },
        {
          name: "home",
          type: "group",
          label: "Home",
          fields: [text("street"), { name: "since", type: "date", label: "Since", validation: { max: "today" } }],
        },
        page("more"),
        {
          name: "people",
          type: "repeat",
          label: "People",
          fields: [text("nick"), { name: "age", type: "number", label: "Age" }],
          default: [{ nick: "Bo" }],
        },
        { name: "ages", type: "calculated", label: "Ages", expression: "sum(people.age)" },
        page("rest"),
        { name: "from", type: "date", label: "From" },
        { name: "until", type: "date", label: "Until", validation: { compare: [{ condition: "at_least", field: "from" }] } },
        { name: "where", type: "address", label: "Where" },
      ],
      {
        rules: [
          rule("r1", "kind", "a", "show", "home"),
          rule("r2", "grid.food", "good", "require", "from"),
          rule("r3", "kind", "b", "jump_to", "rest"),
          rule("r4", "where.country", "DE", "hide", "until"),
          rule("r5", "kind", "a", "set_value", "nick"),
        ],
        settings: {
          opens_at: "2026-01-01T00:00:00Z",
          closes_at: "2026-02-01T00:00:00Z",
          quotas: [{ field: "kind", value: "a", limit: 10 }],
          duplicates: { by: "field:full_name" },
          redirect_url: "https://example.com/thanks",
          timezone: "Asia/Kolkata",
          allowed_origins: ["https://example.com"],
        },
      },
    );
    expect(whyUnpublishable(schema)).toEqual([]);
  });

  it.each<[string, FormSchema, string]>([
    ["no fields", form([]), "no_fields fields"],
    ["only a heading", form([{ name: "h", type: "heading", label: "H" }]), "no_fields fields"],
    ["two of a name", form([text("a"), text("a")]), "duplicate_name fields.1.name"],
    [
      "two of a name, nested",
      form([text("a"), { name: "g", type: "group", label: "", fields: [text("a")] }]),
      "duplicate_name fields.1.fields.0.name",
    ],
    ["a bad name", form([text("Not ok")]), "bad_name fields.0.name"],
    ["a prototype name", form([text("__proto__")]), "bad_name fields.0.name"],
    ["a reserved name", form([text("constructor")]), "reserved_name fields.0.name"],
    ["an empty group", form([text("a"), { name: "g", type: "group", label: "" }]), "no_fields fields.1.fields"],
    ["fields in what is no group", form([text("a", { fields: [text("b")] })]), "not_a_group fields.0.fields"],
    [
      "a page break in a group",
      form([text("a"), { name: "g", type: "group", label: "", fields: [page("p")] }]),
      "nested_page_break fields.1.fields.0",
    ],
    ["a choice without options", form([choice("a", { options: [] })]), "no_options fields.0.options"],
    ["a matrix without rows", form([choice("a", { type: "matrix" })]), "no_options fields.0.rows"],
    ["two options of a value", form([choice("a", { options: options("x", "x") })]), "duplicate_option fields.0.options.1.value"],
    ["an option that is blank", form([choice("a", { options: options(" ") })]), "bad_option fields.0.options.0.value"],
    ["nothing to calculate", form([text("a"), { name: "c", type: "calculated", label: "" }]), "no_expression fields.1.expression"],
    ["a picture that runs", form([text("a"), { name: "i", type: "image", label: "", src: "javascript:alert(1)" }]), "bad_url fields.1.src"],
    [
      "min above max",
      form([{ name: "n", type: "number", label: "", validation: { min: 2, max: 1 } }]),
      "min_above_max fields.0.validation.min",
    ],
    [
      "min above a slider's own max",
      form([{ name: "n", type: "slider", label: "", validation: { min: 200 } }]),
      "min_above_max fields.0.validation.min",
    ],
    [
      "more choices than options",
      form([choice("a", { type: "checkboxes", validation: { min: 3 } })]),
      "min_above_max fields.0.validation.min",
    ],
    [
      "dates the wrong way round",
      form([{ name: "d", type: "date", label: "", validation: { min: "2026-02-01", max: "2026-01-01" } }]),
      "min_above_max fields.0.validation.min",
    ],
    [
      "days the wrong way round",
      form([{ name: "d", type: "date", label: "", validation: { min: "today+2d", max: "today+1d" } }]),
      "min_above_max fields.0.validation.min",
    ],
    [
      "a date limit that is none",
      form([{ name: "d", type: "date", label: "", validation: { max: "2026-02-30" } }]),
      "bad_limit fields.0.validation.max",
    ],
    [
      "a number's limit that is text",
      form([{ name: "n", type: "number", label: "", validation: { max: "9" } }]),
      "bad_limit fields.0.validation.max",
    ],
    [
      "lengths the wrong way round",
      form([text("a", { validation: { min_length: 5, max_length: 4 } })]),
      "min_above_max fields.0.validation.min_length",
    ],
    ["a pattern that does not compile", form([text("a", { validation: { pattern: "(" } })]), "bad_pattern fields.0.validation.pattern"],
    ["a pattern that blows up", form([text("a", { validation: { pattern: "(a+)+$" } })]), "bad_pattern fields.0.validation.pattern"],
    [
      "a pattern for a number",
      form([{ name: "n", type: "number", label: "", validation: { pattern: "1" } }]),
      "bad_pattern fields.0.validation.pattern",
    ],
    [
      "a comparison with nobody",
      form([text("a", { validation: { compare: [{ condition: "equals", field: "b" }] } })]),
      "unknown_field fields.0.validation.compare.0.field",
    ],
    [
      "a comparison with many",
      form([
        text("a", { validation: { compare: [{ condition: "equals", field: "b" }] } }),
        { name: "r", type: "repeat", label: "", fields: [text("b")] },
      ]),
      "many_answers fields.0.validation.compare.0.field",
    ],
    ["a default that is no option", form([choice("a", { default: "z" })]), "bad_default fields.0.default"],
    ["a default of the wrong type", form([text("a", { default: { x: 1 } })]), "bad_default fields.0.default"],
    [
      "a default in a repeat's entry",
      form([{ name: "r", type: "repeat", label: "", fields: [text("a")], default: [{ b: 1 }] }]),
      "bad_default fields.0.default",
    ],
    ["a rule about nobody", form([text("a")], { rules: [rule("r", "b", 1, "show", "a")] }), "unknown_field rules.0.when.all.0.field"],
    ["a rule for nobody", form([text("a")], { rules: [rule("r", "a", 1, "show", "b")] }), "unknown_field rules.0.then.0.targets.0"],
    [
      "a rule about a heading",
      form([text("a"), { name: "h", type: "heading", label: "" }], { rules: [rule("r", "h", 1, "show", "a")] }),
      "no_answer rules.0.when.all.0.field",
    ],
    [
      "a part that is not there",
      form([text("a"), text("b")], { rules: [rule("r", "a.city", 1, "show", "b")] }),
      "unknown_field rules.0.when.all.0.field",
    ],
    [
      "an option that is not there",
      form([choice("a"), text("b")], { rules: [rule("r", "a", "z", "show", "b")] }),
      "unknown_option rules.0.when.all.0.value",
    ],
    [
      "two rules of an id",
      form([text("a"), text("b")], { rules: [rule("r", "a", 1, "hide", "b"), rule("r", "a", 2, "hide", "b")] }),
      "duplicate_rule rules.1.id",
    ],
    ["a jump to nowhere", form([text("a")], { rules: [rule("r", "a", 1, "jump_to", "b")] }), "unknown_field rules.0.then.0.targets.0"],
    [
      "a jump back",
      form([text("a"), page("p"), text("b")], { rules: [rule("r", "b", 1, "jump_to", "a")] }),
      "jump_backwards rules.0.then.0.targets.0",
    ],
    [
      "a jump to its own page",
      form([text("a"), text("b")], { rules: [rule("r", "a", 1, "jump_to", "b")] }),
      "jump_backwards rules.0.then.0.targets.0",
    ],
    [
      "a value that does not fit",
      form([text("a"), choice("b")], { rules: [rule("r", "a", 1, "set_value", "b")] }),
      "bad_value rules.0.then.0.value",
    ],
    [
      "a value for a group",
      form([text("a"), { name: "g", type: "group", label: "", fields: [text("b")] }], { rules: [rule("r", "a", 1, "set_value", "g")] }),
      "not_settable rules.0.then.0.targets.0",
    ],
    ["nothing to act on", form([text("a")], { rules: [rule("r", "a", 1, "show")] }), "no_target rules.0.then.0.targets"],
    ["hiding itself", form([text("a")], { rules: [rule("r", "a", 1, "hide", "a")] }), "rule_cycle rules.0"],
    ["setting itself", form([text("a")], { rules: [rule("r", "a", 1, "set_value", "a")] }), "rule_cycle rules.0"],
    [
      "hiding each other",
      form([text("a"), text("b")], { rules: [rule("r", "a", 1, "hide", "b"), rule("s", "b", 1, "hide", "a")] }),
      "rule_cycle rules.0",
    ],
    [
      "hiding the group it is in",
      form([{ name: "g", type: "group", label: "", fields: [text("a")] }], { rules: [rule("r", "a", 1, "hide", "g")] }),
      "rule_cycle rules.0",
    ],
    [
      "a circle through a calculation",
      form([text("a"), { name: "c", type: "calculated", label: "", expression: "len(a)" }], {
        rules: [rule("r", "c", 1, "set_value", "a")],
      }),
      "rule_cycle rules.0",
    ],
    [
      "calculations of each other",
      form([
        text("a"),
        { name: "c", type: "calculated", label: "", expression: "d + 1" },
        { name: "d", type: "calculated", label: "", expression: "c + 1" },
      ]),
      "rule_cycle fields.2",
    ],
    [
      "a jump past the page that hides its question",
      form([text("a"), page("p"), text("b"), page("q"), text("c")], {
        rules: [rule("r", "a", 1, "jump_to", "q"), rule("s", "b", 1, "hide", "a")],
      }),
      "rule_cycle rules.0",
    ],
    [
      "a page that is always jumped",
      form([text("a"), page("p"), text("b"), page("q"), text("c")], { rules: [always("r", "jump_to", "q")] }),
      "page_unreachable fields.1",
    ],
    ["a page after the end", form([text("a"), page("p"), text("b")], { rules: [always("r", "end_form")] }), "page_unreachable fields.1"],
    [
      "a page that every option jumps",
      form([choice("a", { required: true }), page("p"), text("b"), page("q"), text("c")], {
        rules: [rule("r", "a", "a", "jump_to", "q"), rule("s", "a", "b", "end_form")],
      }),
      "page_unreachable fields.1",
    ],
    ["a page of nobody", form([text("a")], { pages: [{ name: "p", fields: ["a", "b"] }] }), "unknown_field pages.0.fields.1"],
    ["a field on no page", form([text("a"), text("b")], { pages: [{ name: "p", fields: ["a"] }] }), "on_no_page fields.1"],
    [
      "a field on two pages",
      form([text("a")], {
        pages: [
          { name: "p", fields: ["a"] },
          { name: "q", fields: ["a"] },
        ],
      }),
      "listed_twice pages.1.fields.0",
    ],
    ["a page named like a field", form([text("a")], { pages: [{ name: "a", fields: ["a"] }] }), "duplicate_name pages.0.name"],
    ["two kinds of pages", form([text("a"), page("p")], { pages: [{ name: "q", fields: ["a"] }] }), "two_kinds_of_pages fields.1"],
    [
      "a quota of nobody",
      form([text("a")], { settings: { quotas: [{ field: "b", value: "x", limit: 1 }] } }),
      "unknown_field settings.quotas.0.field",
    ],
    [
      "a quota of no option",
      form([choice("a")], { settings: { quotas: [{ field: "a", value: "z", limit: 1 }] } }),
      "unknown_value settings.quotas.0.value",
    ],
    [
      "telling duplicates by nobody",
      form([text("a")], { settings: { duplicates: { by: "field:b" } } }),
      "unknown_field settings.duplicates.by",
    ],
    [
      "closing before opening",
      form([text("a")], { settings: { opens_at: "2026-02-01T00:00:00Z", closes_at: "2026-02-01T01:00:00+02:00" } }),
      "closes_before_opening settings.closes_at",
    ],
    ["a redirect that runs", form([text("a")], { settings: { redirect_url: "javascript:alert(1)" } }), "bad_url settings.redirect_url"],
    ["a zone nobody lives in", form([text("a")], { settings: { timezone: "Mars/Olympus" } }), "bad_timezone settings.timezone"],
    [
      "an origin with a path",
      form([text("a")], { settings: { allowed_origins: ["https://a.example/x"] } }),
      "bad_origin settings.allowed_origins.0",
    ],
  ])("refuses %s", (_what, schema, expected) => {
    expect(found(schema)).toContain(expected);
    for (const issue of whyUnpublishable(schema)) expect(issue.message).toMatch(/\.$/);
  });

  it("lets a chain of rules settle, and a page that some can reach", () => {
    const chain = form([text("a"), text("b"), text("c"), text("d")], {
      rules: [rule("r", "a", 1, "show", "b"), rule("s", "b", 1, "hide", "c"), rule("t", "c", 1, "set_value", "d")],
    });
    expect(found(chain)).toEqual([]);
    const jump = form([choice("a"), page("p"), text("b"), page("q"), text("c")], {
      rules: [rule("r", "a", "a", "jump_to", "q"), rule("s", "a", "b", "end_form")],
    });
    expect(found(jump)).toEqual([]);
  });

  it("finds circles in a large form at once", () => {
    const fields = Array.from({ length: 500 }, (_, at) => text(`f${at}`));
    const chain = Array.from({ length: 199 }, (_, at) => rule(`r${at}`, `f${at}`, 1, "show", `f${at + 1}`));
    expect(found(form(fields, { rules: chain }))).toEqual([]);
    const circle = [...chain, rule("back", "f199", 1, "show", "f0")];
    expect(found(form(fields, { rules: circle }))).toEqual(["rule_cycle rules.0"]);
  });
});
