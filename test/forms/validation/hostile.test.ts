import { describe, expect, it } from "vitest";
import type { Field, FormSchema, Rule } from "../../../src/forms/definition/types";
import { evaluateAnswers } from "../../../src/forms/validation";

const schema: FormSchema = {
  fields: [
    { name: "a", type: "short_text", label: "A" },
    { name: "n", type: "number", label: "N" },
  ],
};
const judge = (raw: unknown, form = schema) => evaluateAnswers(form, raw, { mode: "complete", now: 0 });
const codes = (raw: unknown, form = schema) => {
  const result = judge(raw, form);
  return result.ok ? "ok" : result.issues.map(({ path, code }) => `${code} ${path}`);
};

describe("hostile answers", () => {
  it.each([[null], ["text"], [5], [[]], [[{ a: "x" }]], [undefined], [true]])("refuses %j as a whole", (raw) => {
    expect(codes(raw)).toEqual(["wrong_type "]);
  });

  it("knows prototype names as unknown fields and changes no prototype", () => {
    expect(
      codes(
        JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "prototype": 1, "toString": 1}'),
      ),
    ).toEqual(["unknown_field __proto__", "unknown_field constructor", "unknown_field prototype", "unknown_field toString"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("takes nothing from what the answer inherits", () => {
    expect(judge(Object.create({ a: "inherited" }))).toMatchObject({ ok: true, data: {} });
  });

  it("names a bounded number of unknown fields, shortened", () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`${"x".repeat(500)}${at}`, at]));
    const result = judge(many);
    expect(result.ok ? [] : result.issues).toHaveLength(20);
    expect(result.ok ? "" : result.issues[0]?.path).toHaveLength(100);
  });

  it("does not follow deep nesting where it expects none", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(codes({ a: deep })).toEqual(["wrong_type a"]);
    expect(codes({ b: deep })).toEqual(["unknown_field b"]);
  });

  it("refuses 10,000 items before looking at them", () => {
    const looked: string[] = [];
    const spy = new Proxy({}, { get: (_target, key) => looked.push(String(key)), ownKeys: () => [String(looked.push("keys"))] });
    const list: FormSchema = { fields: [{ name: "r", type: "repeat", label: "", fields: [{ name: "x", type: "short_text", label: "" }] }] };
    expect(codes({ r: Array(10_000).fill(spy) }, list)).toEqual(["too_many r"]);
    expect(looked).toEqual([]);
  });

  it("stops at a hundred issues", () => {
    const rows: FormSchema = { fields: [{ name: "r", type: "repeat", label: "", fields: [{ name: "x", type: "number", label: "" }] }] };
    const result = judge({ r: Array(100).fill({ x: "no", y: 1 }) }, rows);
    expect(result.ok ? [] : result.issues).toHaveLength(100);
  });

  it("asks each rule once for each turn, however much a form repeats", () => {
    const inner: Field[] = Array.from({ length: 4 }, (_, at) => ({ name: `x${at}`, type: "short_text", label: "" }));
    const rules = Array.from(
      { length: 100 },
      (_, at): Rule => ({
        id: `r${at}`,
        when: { any: Array.from({ length: 10 }, () => ({ field: "x0", condition: "matches", value: "^b.*c$" })) },
        then: [{ action: "hide", targets: ["x1", "x2", "x3"] }],
      }),
    );
    const form: FormSchema = { fields: [{ name: "r", type: "repeat", label: "", validation: { max: 1_000 }, fields: inner }], rules };
    let asked = 0;
    const counting = new Proxy(rules, {});
    const original = RegExp.prototype.test;
    RegExp.prototype.test = function (text: string) {
      if (this.source === "^b.*c$") asked++;
      return original.call(this, text);
    };
    try {
      expect(judge({ r: Array(900).fill({ x0: "a", x1: "b" }) }, { ...form, rules: counting })).toMatchObject({ ok: true });
    } finally {
      RegExp.prototype.test = original;
    }
    expect(asked).toBe(900 * 100 * 10);
  });

  it("keeps a name that every object has as a plain answer in a draft that uses it", () => {
    const odd: FormSchema = {
      fields: [
        { name: "constructor", type: "short_text", label: "" },
        { name: "__proto__", type: "short_text", label: "" },
      ],
    };
    expect(codes(JSON.parse('{"constructor": "x", "__proto__": "y"}'), odd)).toEqual(["unknown_field __proto__"]);
    expect(judge({}, odd)).toMatchObject({ ok: true, data: {} });
  });
});
