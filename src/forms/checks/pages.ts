// pure. Pages that hold nothing right, and pages that no way leads to.
import type { FormSchema } from "../definition/types";
import { type FieldInfo, indexForm } from "../fields";
import { type CompiledRule, indexRules, type Jump, type RuleIndex } from "../rules";
import { quoted, type Report } from "./report";

export function checkPages(schema: FormSchema, report: Report): void {
  if (schema.pages !== undefined && schema.pages.length > 0) checkListed(schema, report);
  const index = indexRules(schema);
  const reachable = new Set([0]);
  index.form.pages.forEach((_page, at) => {
    if (!reachable.has(at)) return;
    for (const next of waysOn(at, index)) reachable.add(next);
  });
  index.form.pages.forEach((page, at) => {
    if (reachable.has(at)) return;
    const field = schema.fields.findIndex(({ name }) => name === page.name);
    const path = schema.pages !== undefined && schema.pages.length > 0 ? `pages.${at}` : `fields.${field}`;
    report(path, "page_unreachable", `Nobody can reach the page ${quoted(page.name)}: every way before it jumps past it.`);
  });
}

function checkListed(schema: FormSchema, report: Report): void {
  const { anyNamed, fieldNamed } = indexForm(schema);
  const names = new Set<string>();
  const listed = new Set<string>();
  schema.pages?.forEach((page, at) => {
    const path = `pages.${at}`;
    if (names.has(page.name) || anyNamed.has(page.name))
      report(`${path}.name`, "duplicate_name", `${quoted(page.name)} is already the name of a page or a field.`);
    names.add(page.name);
    page.fields.forEach((name, index) => {
      const place = `${path}.fields.${index}`;
      if (!fieldNamed.has(name))
        report(
          place,
          "unknown_field",
          anyNamed.has(name) ? `${quoted(name)} is inside a group; list the group.` : `There is no field ${quoted(name)}.`,
        );
      else if (listed.has(name)) report(place, "listed_twice", `${quoted(name)} is already on a page.`);
      listed.add(name);
    });
  });
  schema.fields.forEach(({ name, type }, at) => {
    if (type === "page_break") report(`fields.${at}`, "two_kinds_of_pages", "Use page breaks or a list of pages, not both.");
    else if (!listed.has(name)) report(`fields.${at}`, "on_no_page", `${quoted(name)} is on no page.`);
  });
}

/** The pages that may come after this one. */
function waysOn(at: number, index: RuleIndex): number[] {
  const ways: number[] = [];
  const passed: Jump[] = [];
  for (const jump of index.jumps[at] ?? []) {
    if (jump.to !== null) ways.push(jump.to);
    passed.push(jump);
    // Rules further down never have their turn.
    if (oneMustHold(passed, index)) return ways;
  }
  return [...ways, at + 1];
}

const OPPOSITES: Record<string, string> = {
  equals: "not_equals",
  contains: "not_contains",
  in: "not_in",
  is_empty: "is_not_empty",
};

/** Whether one of these holds whatever is answered. Only plain cases are seen: no condition, opposites, every option. */
function oneMustHold(jumps: readonly Jump[], index: RuleIndex): boolean {
  const rules = jumps.map(({ rule }) => rule);
  if (rules.some((rule) => rule.all && rule.conditions.length === 0)) return true;
  const single = rules.filter((rule) => rule.conditions.length === 1);
  const keys = new Set(single.map((rule) => keyOf(rule)));
  const opposed = single.some((rule) => {
    const name = rule.conditions[0]?.condition.condition ?? "";
    return OPPOSITES[name] !== undefined && keys.has(keyOf(rule, OPPOSITES[name]));
  });
  return (
    opposed ||
    [...new Set(single.map((rule) => rule.conditions[0]?.source))].some((source) => !!source && everyAnswerLeaves(source, single, index))
  );
}

function keyOf(rule: CompiledRule, name?: string): string {
  const { condition } = rule.conditions[0] ?? {};
  const used = name ?? condition?.condition ?? "";
  return JSON.stringify([condition?.field, used, used.endsWith("_empty") ? null : condition?.value]);
}

/** A field that must be answered, with all of its options spoken for. */
function everyAnswerLeaves(source: FieldInfo, rules: readonly CompiledRule[], index: RuleIndex): boolean {
  if (source.field.required !== true || source.parent !== null) return false;
  const own = index.of.get(source);
  if (own !== undefined && own.show.length + own.hide.length + own.disable.length + own.set.length > 0) return false;
  const asked = rules.flatMap(({ conditions: [only] }) => (only?.source === source && only.part === null ? [only.condition] : []));
  if (asked.some(({ condition }) => condition === "is_not_empty")) return true;
  const answers =
    source.field.type === "yes_no" ? ["true", "false"] : ["select", "radio"].includes(source.field.type) ? [...source.options] : [];
  const spoken = new Set(
    asked.flatMap(({ condition, value }) =>
      condition === "equals" || condition === "in" ? (Array.isArray(value) ? value : [value]).map(String) : [],
    ),
  );
  return answers.length > 0 && answers.every((answer) => spoken.has(answer));
}
