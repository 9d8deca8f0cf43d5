import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyUnpublishable } from "../../../src/forms/checks";
import { describeFields, type FormSchema, listPages } from "../../../src/forms/definition";
import { evaluateRules } from "../../../src/forms/rules";
import { type EvaluateOptions, evaluateAnswers } from "../../../src/forms/validation";
import { answersTo, anyForm, likelyForm } from "./generate";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const calculate = (_field: unknown, data: Record<string, unknown>) => Object.keys(data).length;
const options = (mode: EvaluateOptions["mode"]): EvaluateOptions => ({ mode, now: NOW, timezone: "Europe/Berlin", calculate });
const mode = fc.constantFrom("complete" as const, "partial" as const);

const withAnswers = (form: fc.Arbitrary<FormSchema>) =>
  form.chain((schema) =>
    fc.tuple(fc.constant(schema), fc.oneof({ weight: 4, arbitrary: answersTo(schema.fields) }, { weight: 1, arbitrary: fc.jsonValue() })),
  );

function at(data: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
}

describe("any form, any answer", () => {
  it("is judged without a crash, and the same way twice", () => {
    fc.assert(
      fc.property(withAnswers(anyForm), mode, ([schema, raw], how) => {
        const first = evaluateAnswers(schema, raw, options(how));
        expect(evaluateAnswers(structuredClone(schema), structuredClone(raw), options(how))).toEqual(first);
        expect(whyUnpublishable(schema)).toEqual(whyUnpublishable(structuredClone(schema)));
        expect(describeFields(schema).length).toBeLessThanOrEqual(schema.fields.length * 4);
        expect(listPages(schema).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves the answer it was given and every prototype alone", () => {
    fc.assert(
      fc.property(withAnswers(anyForm), ([schema, raw]) => {
        const before = JSON.stringify(raw);
        evaluateAnswers(schema, raw, options("complete"));
        expect(JSON.stringify(raw)).toBe(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("never requires what is hidden, and never keeps it", () => {
    fc.assert(
      fc.property(withAnswers(anyForm), mode, ([schema, raw], how) => {
        const state = evaluateRules(schema, raw, { now: NOW, timezone: "Europe/Berlin", partial: how === "partial", calculate });
        for (const path of state.required) expect(state.visible.has(path)).toBe(true);
        const result = evaluateAnswers(schema, raw, options(how));
        if (!result.ok) {
          for (const { path, code } of result.issues)
            if (code === "required") expect([...state.visible].some((seen) => path === seen || path.startsWith(`${seen}.`))).toBe(true);
          return;
        }
        for (const path of result.hidden) {
          expect(state.visible.has(path)).toBe(false);
          expect(at(result.data, path)).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a form that may be published", () => {
  it("gives the same again for what it has kept", () => {
    let kept = 0;
    fc.assert(
      fc.property(withAnswers(likelyForm), mode, ([schema, raw], how) => {
        fc.pre(whyUnpublishable(schema).length === 0);
        const first = evaluateAnswers(schema, raw, options(how));
        if (!first.ok) return;
        kept++;
        expect(evaluateAnswers(schema, first.data, options(how))).toEqual(first);
        // Stored as JSON and read back it is still the same.
        expect(evaluateAnswers(schema, JSON.parse(JSON.stringify(first.data)), options(how))).toEqual(first);
      }),
      { numRuns: 500, maxSkipsPerRun: 2_000 },
    );
    expect(kept).toBeGreaterThan(100);
  });
});
