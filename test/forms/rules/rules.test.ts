import { describe, expect, it } from "vitest";
import type { Action, ConditionName, Field, FormSchema, Rule } from "../../../src/forms/definition/types";
import { evaluateRules } from "../../../src/forms/rules";
import { evaluateAnswers } from "../../../src/forms/validation";

const text = (name: string, more: Partial<Field> = {}): Field => ({ name, type: "short_text", label: name, ...more });
const number = (name: string, more: Partial<Field> = {}): Field => ({ name, type: "number", label: name, ...more });
const page = (name: string): Field => ({ name, type: "page_break", label: name });
type Asked = [field: string, condition: ConditionName, value?: unknown];
const conditions = (asked: Asked[]) => asked.map(([field, condition, value]) => ({ field, condition, value }));
let made = 0;
const rule = (asked: Asked[], ...actions: Action[]): Rule => ({
  id: `r${++made}`,
  when: { all: conditions(asked) },
  then: actions,
});
const act = (action: Action["action"], ...targets: string[]): Action => ({ action, targets });
const run = (
  schema: FormSchema,
  raw: unknown,
  mode: "complete" | "partial" = "complete",
  calculate?: Parameters<typeof evaluateAnswers>[2]["calculate"],
) => evaluateAnswers(schema, raw, { mode, now: 0, calculate });

describe("show and hide", () => {
  const schema = {
    fields: [text("a"), text("b", { required: true }), text("c")],
    rules: [rule([["a", "equals", "x"]], act("show", "b")), rule([["b", "is_not_empty"]], act("hide", "c"))],
  };

  it("hides what some rule shows until one does, and drops its value before anything is validated", () => {
    expect(run(schema, { a: "y", b: { not: "text" }, c: "kept" })).toMatchObject({ ok: true, data: { a: "y", c: "kept" }, hidden: ["b"] });
  });

  it("asks for what is shown", () => {
    expect(run(schema, { a: "x" })).toMatchObject({ ok: false, issues: [{ path: "b", code: "required" }] });
  });

  it("settles a chain", () => {
    expect(run(schema, { a: "x", b: "1", c: "gone" })).toMatchObject({ ok: true, data: { a: "x", b: "1" }, hidden: ["c"] });
  });

  it("settles a chain written backwards, however long", () => {
    const names = Array.from({ length: 150 }, (_, at) => `f${at}`);
    const rules = names.slice(1).map((name, at) => rule([[`f${at}`, "is_not_empty"]], act("show", name)));
    const long = { fields: names.map((name) => text(name)), rules: rules.reverse() };
    const all = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(run(long, all)).toMatchObject({ ok: true, data: all });
    expect(run(long, { ...all, f0: "" })).toMatchObject({ ok: true, data: {} });
  });

  it("shows by any of several rules, hides by one", () => {
    const two = {
      fields: [text("a"), text("b"), text("c")],
      rules: [
        rule([["a", "is_not_empty"]], act("show", "c")),
        rule([["b", "is_not_empty"]], act("show", "c")),
        rule([["b", "equals", "no"]], act("hide", "c")),
      ],
    };
    expect([...evaluateRules(two, { b: "yes" }).visible]).toContain("c");
    expect([...evaluateRules(two, { a: "x", b: "no" }).visible]).not.toContain("c");
  });

  it("hides a group or a page with everything in it", () => {
    const nested = {
      fields: [
        text("a"),
        { name: "g", type: "group", label: "", fields: [text("in", { required: true })] } as Field,
        page("p"),
        text("z", { required: true }),
      ],
      rules: [rule([["a", "is_not_empty"]], act("hide", "g", "p"))],
    };
    expect(run(nested, { a: "x", g: { in: 5 }, z: "w" })).toMatchObject({ ok: true, data: { a: "x" }, hidden: ["g", "z"] });
  });

  it("combines with any, with all, and holds always without a condition", () => {
    const any: Rule = {
      ...rule([], act("show", "c")),
      when: {
        any: conditions([
          ["a", "equals", 1],
          ["b", "equals", 1],
        ]),
      },
    };
    expect(evaluateRules({ fields: [number("a"), number("b"), text("c")], rules: [any] }, { a: 0, b: 1 }).visible.has("c")).toBe(true);
    expect(evaluateRules({ fields: [text("c")], rules: [rule([], act("show", "c"))] }, {}).visible.has("c")).toBe(true);
    expect(evaluateRules({ fields: [text("c")], rules: [{ ...any, when: { any: [] } }] }, {}).visible.has("c")).toBe(false);
  });

  it("asks about a part of an answer", () => {
    const home: Field = { name: "home", type: "address", label: "" };
    const part = { fields: [home, text("tax")], rules: [rule([["home.country", "equals", "DE"]], act("show", "tax"))] };
    expect(evaluateRules(part, { home: { line1: "1", city: "B", country: "de" } }).visible.has("tax")).toBe(true);
    expect(evaluateRules(part, { home: { line1: "1", city: "B", country: "FR" } }).visible.has("tax")).toBe(false);
  });
});

describe("require and disable", () => {
  const schema = {
    fields: [text("a"), text("b"), text("c", { default: "own", required: true })],
    rules: [rule([["a", "equals", "x"]], act("require", "b")), rule([["a", "equals", "x"]], act("disable", "c"))],
  };

  it("requires while the rule holds", () => {
    expect(run(schema, { a: "x" })).toMatchObject({ ok: false, issues: [{ path: "b", code: "required" }] });
    expect(run(schema, { a: "y" })).toMatchObject({ ok: true });
    expect([...evaluateRules(schema, { a: "x" }).required]).toEqual(["b"]);
  });

  it("ignores what is sent for a disabled field, right or wrong", () => {
    expect(run(schema, { a: "x", b: "1", c: "sent" })).toMatchObject({ ok: true, data: { c: "own" } });
    expect(run(schema, { a: "x", b: "1", c: 5 })).toMatchObject({ ok: true, data: { c: "own" } });
    expect(run(schema, { a: "y", b: "1", c: "sent" })).toMatchObject({ ok: true, data: { c: "sent" } });
    expect(evaluateRules(schema, { a: "x" })).toMatchObject({ values: { c: "own" } });
  });
});

describe("set_value", () => {
  const set = (value: unknown, ...targets: string[]): Action => ({ action: "set_value", targets, value });
  const schema = {
    fields: [text("a"), number("n", { required: true }), text("b")],
    rules: [
      rule([["a", "equals", "x"]], set("7", "n")),
      rule([["n", "greater_than", 5]], set("big", "b")),
      rule([["a", "equals", "z"]], set(null, "b")),
    ],
  };

  it("sets, normalised, over what was sent, and on along the chain; the last rule has it", () => {
    expect(run(schema, { a: "x", n: "junk", b: "mine" })).toMatchObject({ ok: true, data: { a: "x", n: 7, b: "big" } });
    expect(run(schema, { a: "y", n: 1, b: "mine" })).toMatchObject({ ok: true, data: { n: 1, b: "mine" } });
    expect(run(schema, { a: "z", n: 9, b: "mine" })).toMatchObject({ ok: true, data: { a: "z", n: 9 } });
    expect(evaluateRules(schema, { a: "x" }).values).toEqual({ n: 7, b: "big" });
  });

  it("does not bring back what is hidden", () => {
    const hiding = { ...schema, rules: [...schema.rules, rule([["a", "is_not_empty"]], act("hide", "b"))] };
    expect(run(hiding, { a: "x" })).toMatchObject({ ok: true, data: { a: "x", n: 7 }, hidden: ["b"] });
  });
});

describe("pages", () => {
  const jump = (target: string, ...asked: Asked[]) => rule(asked, act("jump_to", target));
  const fields = [text("a"), page("p2"), text("b", { required: true }), page("p3"), text("c", { required: true }), page("p4"), text("d")];

  it("hides the fields of pages that are jumped", () => {
    const schema = { fields, rules: [jump("p4", ["a", "equals", "x"])] };
    expect(run(schema, { a: "x", b: "gone", d: "1" })).toMatchObject({
      ok: true,
      data: { a: "x", d: "1" },
      hidden: expect.arrayContaining(["b", "c"]),
      pages: ["first_page", "p4"],
    });
    expect(run(schema, { a: "y", b: "1", c: "2" })).toMatchObject({ ok: true, pages: ["first_page", "p2", "p3", "p4"] });
  });

  it("does not follow a jump of a page that was itself jumped", () => {
    const schema = { fields, rules: [jump("p3", ["a", "equals", "x"]), jump("p4", ["b", "is_empty"])] };
    expect(run(schema, { a: "x", c: "1" })).toMatchObject({ ok: true, pages: ["first_page", "p3", "p4"] });
  });

  it("takes the first jump that holds, and one that asks about two pages when the later is left", () => {
    const schema = { fields, rules: [jump("p4", ["a", "equals", "x"], ["b", "equals", "y"]), jump("p3", ["a", "equals", "x"])] };
    expect(run(schema, { a: "x", b: "y", c: "1" })).toMatchObject({ ok: true, pages: ["first_page", "p3", "p4"] });
    const later = { fields, rules: [jump("p4", ["a", "equals", "x"], ["b", "equals", "y"])] };
    expect(run(later, { a: "x", b: "y" })).toMatchObject({ ok: true, pages: ["first_page", "p2", "p4"] });
  });

  it("ends where a rule says so", () => {
    const end: Action = { action: "end_form", targets: [], value: "Come back when you are 18." };
    const schema = { fields, rules: [{ ...rule([["a", "equals", "x"]], end), id: "young" }] };
    expect(run(schema, { a: "x" })).toMatchObject({
      ok: true,
      data: { a: "x" },
      pages: ["first_page"],
      endedBy: { rule: "young", message: "Come back when you are 18." },
    });
    expect(run(schema, { a: "y", b: "1", c: "1" })).not.toHaveProperty("endedBy");
  });

  it("does not let a hidden field decide its own page's jump", () => {
    const schema = {
      fields: [text("k"), ...fields],
      rules: [rule([["k", "equals", "on"]], act("show", "a")), jump("p4", ["a", "equals", "x"])],
    };
    expect(run(schema, { a: "x", b: "1", c: "1" })).toMatchObject({
      ok: true,
      data: { b: "1", c: "1" },
      pages: ["first_page", "p2", "p3", "p4"],
    });
  });

  it("follows listed pages, and a jump that names a field", () => {
    const listed = {
      fields: [text("a"), text("b"), text("c")],
      pages: [
        { name: "one", fields: ["b"] },
        { name: "two", fields: ["a"] },
        { name: "three", fields: ["c"] },
      ],
      rules: [jump("c", ["b", "equals", "x"])],
    };
    expect(run(listed, { a: "1", b: "x", c: "1" })).toMatchObject({ ok: true, data: { b: "x", c: "1" }, pages: ["one", "three"] });
  });
});

describe("repeating groups", () => {
  const people: Field = { name: "people", type: "repeat", label: "", fields: [number("age"), text("school", { required: true })] };

  it("rules on each turn by itself", () => {
    const schema = { fields: [people], rules: [rule([["age", "less_than", 18]], act("show", "school"))] };
    expect(
      run(schema, {
        people: [
          { age: 40, school: "no" },
          { age: 9, school: "yes" },
        ],
      }),
    ).toMatchObject({ ok: true, data: { people: [{ age: 40 }, { age: 9, school: "yes" }] }, hidden: ["people.0.school"] });
    expect(run(schema, { people: [{ age: 9 }] })).toMatchObject({ ok: false, issues: [{ path: "people.0.school", code: "required" }] });
  });

  it("asks about all turns from outside", () => {
    const schema = {
      fields: [people, text("who")],
      rules: [rule([["age", "contains", 9]], act("show", "who")), rule([["people", "greater_than", 2]], act("hide", "school"))],
    };
    expect(run(schema, { people: [{ age: 40, school: "x" }], who: "me" })).toMatchObject({
      ok: true,
      data: { people: [{ age: 40, school: "x" }] },
    });
    expect(run(schema, { people: [{ age: 1 }, { age: 9 }, { age: 3 }], who: "me" })).toMatchObject({ ok: true, data: { who: "me" } });
  });
});

describe("calculated fields", () => {
  const schema: FormSchema = {
    fields: [number("a"), { name: "total", type: "calculated", label: "", expression: "a * 2" }, text("b", { required: true })],
    rules: [rule([["total", "at_least", 10]], act("show", "b"))],
  };
  const double = (_field: Field, data: Record<string, unknown>) => Number(data.a) * 2;

  it("are worked out from what counts, whatever was sent, and rules may ask about them", () => {
    expect(run(schema, { a: 3, total: 100 }, "complete", double)).toMatchObject({ ok: true, data: { a: 3, total: 6 } });
    expect(run(schema, { a: 5 }, "complete", double)).toMatchObject({ ok: false, issues: [{ path: "b" }] });
    expect(run(schema, { a: 5 })).toMatchObject({ ok: true, data: { a: 5 } });
  });

  it("stay empty when they cannot be worked out", () => {
    const failing = () => {
      throw new Error("division by zero");
    };
    for (const calculate of [failing, () => Number.NaN, () => ({ __proto__: null }), () => "\ud800", () => Number.POSITIVE_INFINITY]) {
      expect(run(schema, { a: 3 }, "complete", calculate)).toMatchObject({ ok: true, data: { a: 3 } });
    }
  });
});

describe("comparisons between fields", () => {
  const until = {
    name: "until",
    type: "date",
    label: "Until",
    validation: { compare: [{ condition: "at_least", field: "from" }] },
  } as Field;
  const schema: FormSchema = { fields: [{ name: "from", type: "date", label: "From" }, until] };

  it("hold between two answers, and not against nothing", () => {
    expect(run(schema, { from: "2026-01-02", until: "2026-01-02" })).toMatchObject({ ok: true });
    expect(run(schema, { from: "2026-01-02", until: "2026-01-01" })).toMatchObject({
      ok: false,
      issues: [{ path: "until", code: "compare", message: "Please enter a value that is at least “From”." }],
    });
    expect(run(schema, { until: "2026-01-01" })).toMatchObject({ ok: true });
  });

  it("stay within their turn", () => {
    const stays: FormSchema = { fields: [{ name: "stays", type: "repeat", label: "", fields: schema.fields }] };
    const early = { from: "2026-01-01", until: "2026-01-02" };
    const late = { from: "2026-05-01", until: "2026-04-02" };
    expect(run(stays, { stays: [early, late] })).toMatchObject({ ok: false, issues: [{ path: "stays.1.until" }] });
  });
});

describe("drafts whose rules run in a circle", () => {
  it.each([
    [[rule([["a", "is_empty"]], act("hide", "a"))]],
    [[rule([["a", "is_empty"]], { action: "set_value", targets: ["a"], value: "x" })]],
    [[rule([["a", "is_not_empty"]], act("hide", "b")), rule([["b", "is_empty"]], act("hide", "a"))]],
    [[rule([["b", "is_not_empty"]], act("show", "a")), rule([["a", "is_empty"]], act("end_form"))]],
  ])("still end, with the same result twice (%#)", (rules) => {
    const schema = { fields: [text("a"), page("p"), text("b")], rules };
    expect(run(schema, { a: "1", b: "2" })).toEqual(run(structuredClone(schema), { a: "1", b: "2" }));
  });
});
