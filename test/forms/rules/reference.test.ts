// The settled rules against the plainest reading of them: apply every rule to what is there, again and again, until nothing
// changes. On forms without circles both must end in the same place, and within as many rounds as there are rules.
import fc from "fast-check";
import { expect, it } from "vitest";
import { whyUnpublishable } from "../../../src/forms/checks";
import { type FormSchema, listPages, type Rule } from "../../../src/forms/definition";
import { conditionHolds, evaluateRules } from "../../../src/forms/rules";
import { evaluateAnswers } from "../../../src/forms/validation";

const FIELDS = 8;
const value = fc.constantFrom("", "a", "b");

const form = fc
  .record({
    breaks: fc.subarray([1, 2, 3, 4, 5, 6]),
    rules: fc.array(
      fc.record({
        all: fc.boolean(),
        asked: fc.array(
          fc.record({
            at: fc.nat(FIELDS - 2),
            condition: fc.constantFrom("equals" as const, "not_equals" as const, "is_empty" as const),
            value: fc.constantFrom("a", "b"),
          }),
          { minLength: 1, maxLength: 2 },
        ),
        action: fc.constantFrom("show" as const, "hide" as const, "set_value" as const, "jump_to" as const, "end_form" as const),
        target: fc.integer({ min: 1, max: FIELDS - 1 }),
        value: fc.constantFrom("a", "b"),
      }),
      { maxLength: 7 },
    ),
    answers: fc.array(value, { minLength: FIELDS, maxLength: FIELDS }),
  })
  .map(({ breaks, rules, answers }) => {
    const schema: FormSchema = {
      fields: answers.flatMap((_answer, at) => [
        ...(breaks.includes(at) ? [{ name: `p${at}`, type: "page_break" as const, label: "" }] : []),
        { name: `f${at}`, type: "short_text" as const, label: "" },
      ]),
      rules: rules.map(({ all, asked, action, target, value: set }, at): Rule => {
        const conditions = asked.map(({ at: source, condition, value: wanted }) => ({ field: `f${source}`, condition, value: wanted }));
        return {
          id: `r${at}`,
          when: all ? { all: conditions } : { any: conditions },
          then: [{ action, targets: action === "end_form" ? [] : [`f${target}`], ...(action === "set_value" ? { value: set } : {}) }],
        };
      }),
    };
    return { schema, data: Object.fromEntries(answers.map((answer, at) => [`f${at}`, answer])) };
  });

function reference(schema: FormSchema, data: Record<string, string>) {
  const pages = listPages(schema);
  const pageOf = new Map(pages.flatMap((page, at) => page.fields.map((name) => [name, at] as const)));
  const rules = schema.rules ?? [];
  let present: Record<string, string> = { ...data };
  for (let round = 0; round <= rules.length + pages.length + 1; round++) {
    const holds = (rule: Rule) => {
      const test = (c: { field: string; condition: "equals"; value?: unknown }) => conditionHolds(c, present[c.field], null);
      return rule.when.all ? rule.when.all.every((c) => test(c as never)) : (rule.when.any ?? []).some((c) => test(c as never));
    };
    const reached: number[] = [];
    for (let at = 0; at < pages.length; ) {
      reached.push(at);
      const leaving = rules.find((rule) => {
        const kind = rule.then[0]?.action;
        const last = Math.max(...(rule.when.all ?? rule.when.any ?? []).map(({ field }) => pageOf.get(field) ?? 0));
        return (kind === "jump_to" || kind === "end_form") && last === at && holds(rule);
      });
      at =
        leaving === undefined
          ? at + 1
          : leaving.then[0]?.action === "end_form"
            ? pages.length
            : (pageOf.get(leaving.then[0]?.targets[0] ?? "") ?? 0);
    }
    const next: Record<string, string> = {};
    for (const name of Object.keys(data)) {
      const acting = (kind: string) => rules.filter((rule) => rule.then[0]?.action === kind && rule.then[0].targets.includes(name));
      const shown = acting("show").length === 0 || acting("show").some(holds);
      if (!shown || acting("hide").some(holds) || !reached.includes(pageOf.get(name) ?? 0)) continue;
      const set = acting("set_value").findLast(holds);
      next[name] = set === undefined ? (data[name] ?? "") : String(set.then[0]?.value);
    }
    if (JSON.stringify(next) === JSON.stringify(present)) return { present, pages: reached.map((at) => pages[at]?.name), settled: true };
    present = next;
  }
  return { present, pages: [], settled: false };
}

it("settles as repeating the rules does", () => {
  let compared = 0;
  fc.assert(
    fc.property(form, ({ schema, data }) => {
      const refused = whyUnpublishable(schema).filter(({ code }) => code !== "page_unreachable");
      fc.pre(refused.length === 0);
      compared++;
      const expected = reference(schema, data);
      expect(expected.settled).toBe(true);
      const state = evaluateRules(schema, data);
      expect([...state.visible].filter((name) => name.startsWith("f")).sort()).toEqual(Object.keys(expected.present).sort());
      expect(state.pages).toEqual(expected.pages);
      const kept = Object.fromEntries(Object.entries(expected.present).filter(([, answer]) => answer !== ""));
      expect(evaluateAnswers(schema, data, { mode: "complete", now: 0 })).toMatchObject({ ok: true, data: kept });
    }),
    { numRuns: 1_000, maxSkipsPerRun: 5_000 },
  );
  expect(compared).toBeGreaterThan(300);
});
