import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY,
  calculateAll,
  compileExpression,
  compileTemplate,
  ExpressionLimitError,
  evaluate,
  NUMBER,
  objectOf,
  orderCalculated,
  renderTemplate,
  TEXT,
} from "../../src/expressions";
import { compiled, errorsOf, NOW, SCOPE, VALUES, worth } from "./support";

describe("what an evaluation may cost", () => {
  it.each([
    ["repeat('x', 1000000000)", "text"],
    ["repeat(repeat('ab', 40000), 10)", "text"],
    ["replace(repeat('a', 50000), 'a', repeat('b', 50000))", "steps"],
    ["replace(repeat('a', 9000), 'a', repeat('b', 50000))", "text"],
    ["split(repeat('a,', 40000), ',')", "list"],
    ["pad_left('', 999999999)", "text"],
    [`like(repeat('a', 90000), '*${"a".repeat(900)}b')`, "steps"],
  ])("%s is stopped before it is paid", (source, limit) => {
    let stopped: unknown;
    try {
      worth(source);
    } catch (error) {
      stopped = error;
    }
    expect(stopped).toBeInstanceOf(ExpressionLimitError);
    expect((stopped as ExpressionLimitError).limit).toBe(limit);
  });

  it("nesting and length are refused, not followed", () => {
    expect(errorsOf(`${"(".repeat(2_000)}1`)[0]?.message).toContain("levels deep");
    expect(errorsOf(`${"-".repeat(2_000)}1`)[0]?.message).toContain("levels deep");
    expect(errorsOf(`1${" + 1".repeat(1_200)}`)[0]?.message).toContain("characters");
    expect(errorsOf(`1${"+1".repeat(1_500)}`)[0]?.message).toContain("too long");
    expect(errorsOf(`[${"1,".repeat(60)}1]`)[0]?.message).toContain("At most 50");
  });

  it("a long chain of operators is worked out without running out of stack", () => {
    expect(worth(`1${"+1".repeat(450)}`)).toBe(451);
  });
});

describe("names that every object has", () => {
  it("are nothing, wherever they come from", () => {
    const scope = objectOf({}, true);
    for (const source of ["constructor", "__proto__", "data.constructor.name", "data['__proto__'].polluted", "data.hasOwnProperty"]) {
      const result = compileExpression(source, scope);
      expect(result.ok && evaluate(result.expression, { data: {} }, { now: NOW })).toBeNull();
    }
  });

  it("a template that names them makes members, not prototypes", () => {
    const result = compileTemplate(JSON.parse('{"__proto__": {"admin": "{{a}}"}, "constructor": "{{a}}"}'), SCOPE);
    if (!result.ok) throw new Error("does not compile");
    const rendered = renderTemplate(result.template, VALUES, { now: NOW });
    expect(JSON.stringify(rendered)).toBe('{"__proto__":{"admin":0.1},"constructor":0.1}');
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe("whatever is written", () => {
  const pieces = fc.constantFrom(
    ..."a b first_name people colours happy born ( ) [ ] { } {{ }} + - * / % ^ == != < >= and or not in ? : , . | 'x' \" 1 2.5 upper sum if round date_add null true __proto__ ' ' $ \u0000".split(
      " ",
    ),
  );
  it("is refused with a place inside the text, or works out to plain JSON", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const source = parts.join(" ");
        const result = compileExpression(source, SCOPE);
        if (!result.ok) {
          expect(result.errors.length).toBeGreaterThan(0);
          for (const { offset } of result.errors) expect(offset >= 0 && offset <= source.length).toBe(true);
          return;
        }
        const value = evaluate(result.expression, VALUES, { now: NOW });
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it("with values of any shape, of other types than were promised", () => {
    const sources = [
      "upper(first_name)",
      "a + b",
      "people.age | sum",
      "born + 1",
      "happy and a > 1",
      "join(colours)",
      "address.city",
      "{{a}} {{people}}",
    ];
    const all = sources.map((source) => compiled(source).expression);
    fc.assert(
      fc.property(
        fc.record({ first_name: fc.jsonValue(), a: fc.jsonValue(), b: fc.jsonValue(), people: fc.jsonValue(), born: fc.jsonValue() }),
        (values) => {
          for (const expression of all) expect(() => evaluate(expression, values as Record<string, unknown>, { now: NOW })).not.toThrow();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("calculated fields that build on each other", () => {
  const scope = objectOf({ price: NUMBER, name: TEXT });
  it("are worked out in the order in which they need each other", () => {
    const result = orderCalculated(
      [
        { name: "gross", expression: "net * 1.19 | round(2)" },
        { name: "line", expression: "{{name}}: {{gross}}" },
        { name: "net", expression: "price * 2" },
      ],
      scope,
    );
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(result.ordered.map(({ name }) => name)).toEqual(["net", "gross", "line"]);
    expect({ ...calculateAll(result.ordered, { price: 10, name: "Pen" }, { now: NOW }) }).toEqual({
      net: 20,
      gross: 23.8,
      line: "Pen: 23.8",
    });
  });

  it("cannot go round in a circle, and each mistake names its field", () => {
    const result = orderCalculated(
      [
        { name: "x", expression: "y + 1" },
        { name: "y", expression: "x + 1" },
        { name: "z", expression: "z + 1" },
        { name: "text", expression: "upper(name)" },
        { name: "bad", expression: "text * 2" },
        { name: "late", expression: "x + 1" },
      ],
      scope,
    );
    expect(result.ok ? [] : result.errors.map(({ field, code }) => `${field} ${code}`)).toEqual([
      "bad bad_expression",
      "x cycle",
      "y cycle",
      "z cycle",
    ]);
  });
});

describe("templates over JSON", () => {
  const scope = objectOf({ data: objectOf({ email: TEXT, score: NUMBER, tags: ANY }), id: TEXT });
  const values = { data: { email: "a@b.example", score: 9, tags: ["x"] }, id: "rsp_1" };

  it("fill in text, keep types, shapes and plain words", () => {
    const result = compileTemplate(
      {
        text: "From {{data.email}}",
        score: "{{data.score}}",
        tags: "{{ data.tags }}",
        mood: "{{data.score > 8 ? 'good' : 'bad'}}",
        none: "{{data.name}}",
        list: [1, null, "{{id}}", { deep: "{{data.score}} + 1" }],
        plain: "no braces { } here",
      },
      objectOf({ data: objectOf({ email: TEXT, score: NUMBER, tags: ANY }, true), id: TEXT }),
    );
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(renderTemplate(result.template, values, { now: NOW })).toEqual({
      text: "From a@b.example",
      score: 9,
      tags: ["x"],
      mood: "good",
      none: null,
      list: [1, null, "rsp_1", { deep: "9 + 1" }],
      plain: "no braces { } here",
    });
  });

  it("say where in the JSON and where in the text something is wrong", () => {
    const result = compileTemplate({ items: ["ok", "a {{data.emial}}"] }, scope);
    expect(result.ok ? [] : result.errors).toEqual([
      { path: "items.1", offset: 9, message: "There is no “emial” in it. Did you mean “email”?" },
    ]);
  });

  it("are refused when they are too deep or too large", () => {
    let deep: unknown = "x";
    for (let at = 0; at < 10_000; at++) deep = [deep];
    expect(compileTemplate(deep, scope).ok).toBe(false);
    expect(
      compileTemplate(
        Array.from({ length: 6_000 }, () => 1),
        scope,
      ).ok,
    ).toBe(false);
  });
});
