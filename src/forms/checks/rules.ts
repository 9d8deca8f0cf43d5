// pure. Rules that name what is not there, ask what can never be true, or do what cannot be done.
import type { Action, Condition, FormSchema, Rule } from "../definition/types";
import { type FieldInfo, indexForm, isContainer, isDate, toNumber, whyUnsafe } from "../fields";
import { indexRules, pageOf, sourceOf } from "../rules";
import { whyUnfit } from "./limits";
import { quoted, type Report } from "./report";

const ADDRESS_PARTS: ReadonlySet<string> = new Set(["line1", "line2", "city", "region", "postal_code", "country"]);
const MEMBERSHIP: ReadonlySet<string> = new Set(["equals", "not_equals", "contains", "not_contains", "in", "not_in"]);
const ORDER: ReadonlySet<string> = new Set(["greater_than", "less_than", "at_least", "at_most"]);

export function checkRules(schema: FormSchema, report: Report): void {
  const ids = new Set<string>();
  schema.rules?.forEach((rule, index) => {
    const path = `rules.${index}`;
    if (ids.has(rule.id)) report(`${path}.id`, "duplicate_rule", `${quoted(rule.id)} is already the id of another rule.`);
    ids.add(rule.id);
    checkWhen(schema, rule, path, report);
    if (rule.then.length === 0) report(`${path}.then`, "no_action", "Say what this rule does.");
    rule.then.forEach((action, at) => {
      checkAction(schema, action, index, `${path}.then.${at}`, report);
    });
  });
}

function checkWhen(schema: FormSchema, rule: Rule, path: string, report: Report): void {
  const kind = rule.when.all === undefined ? "any" : "all";
  const conditions = rule.when.all ?? rule.when.any ?? [];
  if (kind === "any" && conditions.length === 0)
    report(`${path}.when.any`, "never_holds", "This rule can never apply: it has no condition.");
  conditions.forEach((condition, index) => {
    checkCondition(schema, condition, `${path}.when.${kind}.${index}`, report);
  });
}

function checkCondition(schema: FormSchema, condition: Condition, path: string, report: Report): void {
  const { source, part } = sourceOf(condition.field, indexForm(schema));
  if (source === null) {
    report(`${path}.field`, "unknown_field", `There is no field ${quoted(condition.field)}.`);
    return;
  }
  if (source.read === null && !isContainer(source.field.type) && source.field.type !== "calculated") {
    report(`${path}.field`, "no_answer", `${quoted(condition.field)} has no answer to ask about.`);
  } else if (part !== null && !hasPart(source, part))
    report(`${path}.field`, "unknown_field", `${quoted(source.field.name)} has no part ${quoted(part)}.`);
  if (condition.condition === "is_empty" || condition.condition === "is_not_empty") return;
  if (condition.value === undefined) report(`${path}.value`, "no_value", "Say what the answer is compared with.");
  else if (condition.condition === "matches") {
    const reason = typeof condition.value === "string" ? whyUnsafe(condition.value, "search") : "it is not text";
    if (reason !== null) report(`${path}.value`, "bad_pattern", `This pattern cannot be used: ${reason}.`);
  } else checkExpected(source, part, condition, `${path}.value`, report);
}

/** Nothing is said about `contains` on free text, or about a value that only some later option might have. */
function checkExpected(
  { field, options }: FieldInfo,
  part: string | null,
  { condition, value }: Condition,
  path: string,
  report: Report,
): void {
  if (MEMBERSHIP.has(condition) && options.size > 0 && (field.type !== "matrix" || part !== null)) {
    for (const wanted of Array.isArray(value) ? value : [value]) {
      if (wanted !== null && wanted !== "" && !options.has(String(wanted))) {
        report(path, "unknown_option", `${quoted(wanted)} is not among the options of ${quoted(field.name)}.`);
      }
    }
  }
  if (!ORDER.has(condition)) return;
  const isTime = ["date", "datetime", "date_range"].includes(field.type);
  if (isTime ? !(typeof value === "string" && isDate(value.slice(0, 10))) : comparesNumbers(field.type) && toNumber(value) === null) {
    report(path, "bad_value", isTime ? `${quoted(value)} is not a date.` : `${quoted(value)} is not a number.`);
  }
}

function comparesNumbers(type: string): boolean {
  return ["number", "slider", "currency", "rating", "nps", "multi_select", "checkboxes", "ranking", "repeat", "file"].includes(type);
}

function hasPart(source: FieldInfo, part: string): boolean {
  if (source.field.type === "address") return ADDRESS_PARTS.has(part);
  if (source.field.type === "date_range") return part === "start" || part === "end";
  return source.field.type === "matrix" && source.rows.has(part);
}

function checkAction(schema: FormSchema, { action, targets, value }: Action, ruleAt: number, path: string, report: Report): void {
  const form = indexForm(schema);
  if (action === "end_form") return;
  if (targets.length === 0) report(`${path}.targets`, "no_target", "Say what this acts on.");
  if (action === "set_value" && value === undefined) report(`${path}.value`, "no_value", "Say which value is set; null empties the field.");
  targets.forEach((name, index) => {
    const place = `${path}.targets.${index}`;
    const info = form.anyNamed.get(name);
    const isPage = form.pageNamed.has(name);
    if (info === undefined && !isPage) report(place, "unknown_field", `There is no field or page ${quoted(name)}.`);
    else if (action === "jump_to") checkJump(schema, name, ruleAt, place, report);
    else if (action === "set_value") {
      if (isPage || info === undefined || info.read === null) report(place, "not_settable", `${quoted(name)} cannot be given a value.`);
      else if (value !== undefined && value !== null && value !== "") {
        const reason = whyUnfit(info.field, value);
        if (reason !== null) report(`${path}.value`, "bad_value", `${quoted(value)} does not fit ${quoted(name)}: ${reason}`);
      }
    }
  });
  if (action === "jump_to" && targets.length > 1) report(`${path}.targets`, "many_targets", "A jump has one target.");
}

/** Backwards it would ask the same answers again without end; on the same page there is nowhere to go. */
function checkJump(schema: FormSchema, name: string, ruleAt: number, place: string, report: Report): void {
  const rule = indexRules(schema).rules[ruleAt];
  const from = rule?.page ?? 0;
  if (pageOf(name, indexForm(schema)) > from) return;
  report(place, "jump_backwards", `A jump leads to a later page than the ones it asks about; ${quoted(name)} is not on one.`);
}
