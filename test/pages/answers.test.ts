// Pure: what controls send is what they were given, for any form and any answers.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Field, FormSchema } from "../../src/forms";
import { type Controls, KEPT, type Raw, readSent, toControlList, toControlMap } from "../../src/pages/form/answers";
import { openForm, takeStep } from "../../src/pages/form/step";

const NOW = Date.UTC(2026, 0, 15);
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const options = ["a", "b", "c"].map((value) => ({ value, label: value }));

const LEAVES: { type: Field["type"]; answer: fc.Arbitrary<unknown> }[] = [
  { type: "short_text", answer: text },
  { type: "number", answer: fc.integer().map(String) },
  { type: "select", answer: fc.constantFrom("", "a", "b", "zzz") },
  { type: "checkboxes", answer: fc.subarray(["a", "b", "c"]) },
  { type: "ranking", answer: fc.subarray(["c", "a", "b"]) },
  { type: "date_range", answer: fc.record({ start: text, end: text }) },
  { type: "matrix", answer: fc.record({ a: fc.constantFrom("", "b"), b: text }) },
];

interface Sample {
  field: Omit<Field, "name" | "label">;
  answer: unknown;
}

const leaf: fc.Arbitrary<Sample> = fc
  .constantFrom(...LEAVES)
  .chain(({ type, answer }) => answer.map((value) => ({ field: { type, options, rows: options.slice(0, 2) }, answer: value })));
const named = (samples: Sample[]) => ({
  fields: samples.map(({ field }, at): Field => ({ name: `f${at}`, label: "?", ...field })),
  raw: Object.fromEntries(samples.map(({ answer }, at) => [`f${at}`, answer])) as Raw,
});
const group: fc.Arbitrary<Sample> = fc.array(leaf, { minLength: 1, maxLength: 3 }).map((samples) => {
  const { fields, raw } = named(samples);
  return { field: { type: "group", fields }, answer: raw };
});
const repeat: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(leaf, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([samples, turns]) => {
    const { fields, raw } = named(samples);
    return { field: { type: "repeat", fields }, answer: Array.from({ length: turns }, () => raw) };
  });
const form = fc.array(fc.oneof(leaf, group, repeat), { minLength: 1, maxLength: 6 }).map(named);

function controlsOf(list: readonly (readonly [string, string, ...unknown[]])[], prefix = ""): Controls {
  const body = new URLSearchParams(list.map(([name, value]) => [prefix + name, value]));
  return toControlMap(body.toString()) ?? new Map();
}

describe("answers as controls", () => {
  test("come back as they were, shown or carried along", () => {
    fc.assert(
      fc.property(form, fc.constantFrom("", KEPT), ({ fields, raw }, prefix) => {
        const list = toControlList(fields, raw);
        const back = readSent({ fields }, controlsOf(list, prefix), { keepBlankTurns: true });
        expect(toControlList(fields, back.raw)).toEqual(controlList(list));
        expect(back.asked.size === 0).toBe(prefix === KEPT || list.length === 0);
      }),
    );
  });

  const controlList = (list: [string, string, string][]) => list.map(([name, value, field]) => [name, value.toWellFormed(), field]);
});

describe("a page that is sent", () => {
  const junk = fc.array(
    fc.tuple(
      fc.oneof(text, fc.constantFrom("_page", "_go", "f0", "f1.0.f0", "_kept.f0", "f0.0.f0")),
      fc.oneof(text, fc.constantFrom("add:f0", "remove:f0:0", "back", "99999", "-1")),
    ),
  );

  test("is shown again or handed in, whatever is in it, and twice the same", () => {
    fc.assert(
      fc.property(form, junk, ({ fields, raw }, more) => {
        const schema: FormSchema = { fields };
        const sent = controlsOf([...toControlList(fields, raw), ...more]);
        const step = takeStep(schema, sent, NOW);
        expect(["show", "send"]).toContain(step.kind);
        expect(JSON.stringify(takeStep(schema, sent, NOW))).toBe(JSON.stringify(step));
        expect(openForm(schema, sent, NOW).issues).toEqual([]);
      }),
    );
  });

  test("groups in groups cannot multiply into more work than a form is worth", () => {
    const nest = (depth: number): Field => ({
      name: `r${depth}`,
      type: "repeat",
      label: "?",
      fields: [depth === 0 ? { name: "t", type: "short_text", label: "?" } : nest(depth - 1)],
    });
    const names = ["r3", "r3.0.r2", "r3.1.r2", "r3.0.r2.0.r1", "r3.0.r2.1.r1"];
    const sent = controlsOf([...names.map((name): [string, string] => [name, "100"]), ["_go", "add:r3"]]);
    const { raw } = readSent({ fields: [nest(3)] }, sent, { keepBlankTurns: true });
    expect(JSON.stringify(raw).length).toBeLessThan(10_000);
    expect(takeStep({ fields: [nest(3)] }, sent, NOW).kind).toBe("show");
  });

  test("a rule that brings up a question asks it once, and settles", () => {
    const schema: FormSchema = {
      fields: [
        { name: "a", type: "yes_no", label: "A" },
        { name: "b", type: "yes_no", label: "B" },
        { name: "c", type: "short_text", label: "C" },
      ],
      rules: [
        { id: "1", when: { all: [{ field: "a", condition: "equals", value: true }] }, then: [{ action: "show", targets: ["b"] }] },
        { id: "2", when: { all: [{ field: "b", condition: "equals", value: true }] }, then: [{ action: "show", targets: ["c"] }] },
      ],
    };
    const rounds = [
      { sent: { a: "true" }, fresh: ["b"] },
      { sent: { a: "true", b: "true" }, fresh: ["c"] },
      { sent: { a: "true", b: "true", c: "" }, fresh: null },
    ];
    for (const { sent, fresh } of rounds) {
      const step = takeStep(schema, controlsOf(Object.entries(sent)), NOW);
      expect(step.kind === "show" ? step.sheet.fresh : null).toEqual(fresh);
    }
  });
});
