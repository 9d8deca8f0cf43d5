// Forms and answers made up by fast-check: whole, nested, on pages, with rules that may well be nonsense.
import fc from "fast-check";
import {
  ACTIONS,
  type Action,
  CONDITIONS,
  type Condition,
  FIELD_TYPES,
  type Field,
  type FieldType,
  type FormSchema,
  type Rule,
} from "../../../src/forms/definition/types";

const OPTIONS = ["a", "b", "c"].map((value) => ({ value, label: value }));
const word = fc.constantFrom("a", "b", "c", "x", "7", "", " ", "2026-02-28", "09:30", "ada@example.com", "https://example.com");
const simple = fc.oneof(word, fc.integer({ min: -3, max: 12 }), fc.boolean(), fc.constant(null));
const date = fc.constantFrom("2024-02-29", "2026-01-01", "2026-12-31");

/** Values that the field would keep, or nearly. */
function answerTo(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "email":
      return fc.constantFrom("ada@Example.com", " bo@x.org ", "");
    case "phone":
      return fc.constantFrom("+49 30 901820", "0049 30 901820", "");
    case "url":
      return fc.constantFrom("example.com", "https://example.com/a?b=ü", "");
    case "number":
    case "currency":
      return fc.oneof(fc.integer({ min: -5, max: 50 }), fc.constantFrom("3", "4.5", ""));
    case "slider":
    case "rating":
    case "nps":
      return fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom("3", null));
    case "date":
      return fc.oneof(date, fc.constant(""));
    case "time":
      return fc.constantFrom("9:30", "23:59", "");
    case "datetime":
      return fc.constantFrom("2026-07-01T10:00", "2026-07-01T10:00:00+02:00", "");
    case "date_range":
      return fc.tuple(date, date).map(([a, b]) => (a < b ? { start: a, end: b } : { start: b, end: a }));
    case "select":
    case "radio":
      return fc.constantFrom("a", "b", "c", "");
    case "multi_select":
    case "checkboxes":
    case "ranking":
      return fc.oneof(fc.shuffledSubarray(["a", "b", "c"]), fc.constant("a"));
    case "yes_no":
    case "consent":
      return fc.constantFrom(true, false, "yes", "no", null);
    case "matrix":
      return fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("a", "b", ""));
    case "file":
      return fc.constantFrom(["upl_1"], ["upl_1", "upl_2"], []);
    case "signature":
      return fc.constantFrom("upl_1", "");
    case "address":
      return fc.constantFrom({ line1: "1", city: "B", country: "de" }, {}, null);
    case "group":
      return answersTo(field.fields ?? []);
    case "repeat":
      return fc.array(answersTo(field.fields ?? []), { maxLength: 3 });
    default:
      return fc.constantFrom("x", " y\r\nz ", "", null);
  }
}

export function answersTo(fields: readonly Field[]): fc.Arbitrary<Record<string, unknown>> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of fields)
    if (!["heading", "rich_text", "image", "page_break"].includes(field.type)) model[field.name] = answerTo(field);
  return fc.record(model, { requiredKeys: [] });
}

const LEAVES = FIELD_TYPES.filter((type) => type !== "group" && type !== "repeat");

function fieldOf(type: FieldType, name: string): fc.Arbitrary<Field> {
  const base: Field = { name, type, label: name };
  if (["select", "radio", "multi_select", "checkboxes", "ranking", "matrix"].includes(type)) base.options = OPTIONS;
  if (type === "matrix") base.rows = OPTIONS;
  if (type === "image") base.src = "/a.png";
  if (type === "calculated") base.expression = "f0 + f3";
  return fc
    .record({ required: fc.boolean(), given: fc.option(answerTo(base), { nil: undefined, freq: 4 }) })
    .map(({ required, given }) => ({
      ...base,
      ...(required ? { required } : {}),
      ...(given === undefined || ["calculated", "heading", "rich_text", "image", "page_break"].includes(type) ? {} : { default: given }),
    }));
}

/** Names run on through the whole form, so that rules find what they name. */
const shapes = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...LEAVES) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("group" as const, "repeat" as const),
        inside: fc.array(fc.constantFrom(...LEAVES.filter((type) => type !== "page_break")), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 9 },
);

const fields = shapes.chain((list) => {
  let at = 0;
  return fc.tuple(
    ...list.map((shape): fc.Arbitrary<Field> => {
      const name = `f${at++}`;
      if (typeof shape === "string") return fieldOf(shape, name);
      return fc
        .tuple(...shape.inside.map((type) => fieldOf(type, `f${at++}`)))
        .map((inside) => ({ name, type: shape.kind, label: name, fields: inside }));
    }),
  );
});

const name = fc.nat({ max: 12 }).map((at) => `f${at}`);
const condition: fc.Arbitrary<Condition> = fc.record({
  field: fc.oneof({ weight: 8, arbitrary: name }, { weight: 1, arbitrary: fc.constantFrom("f1.country", "f2.a", "nobody") }),
  condition: fc.constantFrom(...CONDITIONS),
  value: fc.oneof(simple, fc.array(word, { maxLength: 2 })),
});
const action: fc.Arbitrary<Action> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  targets: fc.array(name, { minLength: 1, maxLength: 2 }),
  value: simple,
});
const rules: fc.Arbitrary<Rule[]> = fc
  .array(fc.tuple(fc.boolean(), fc.array(condition, { maxLength: 2 }), fc.array(action, { minLength: 1, maxLength: 2 })), { maxLength: 6 })
  .map((list) =>
    list.map(([all, conditions, actions], at) => ({
      id: `r${at}`,
      when: all ? { all: conditions } : { any: conditions },
      then: actions,
    })),
  );

export const anyForm: fc.Arbitrary<FormSchema> = fc.record({ fields, rules });

/** Kept to rules that are likely to be published: each looks back and acts ahead. */
export const likelyForm: fc.Arbitrary<FormSchema> = fc.record({ fields, rules }).map((form) => {
  const known = form.fields.flatMap((field) => [field, ...(field.fields ?? [])]);
  const asked = known.filter(
    (field) => !["heading", "rich_text", "image", "page_break", "calculated", "group"].includes(field.type) && !field.options,
  );
  const place = (at: string) => Number(at.slice(1));
  return {
    fields: form.fields.map((field) => ({ ...field, ...(field.type === "calculated" ? { expression: "1" } : {}) })),
    rules: form.rules.flatMap((rule) => {
      const source = asked[rule.id.length + rule.then.length === 0 ? 0 : place(rule.id) % Math.max(asked.length, 1)];
      if (source === undefined) return [];
      const targets = known.filter((field) => place(field.name) > place(source.name) + 3 && !field.fields).map((field) => field.name);
      const target = targets[place(rule.id) % Math.max(targets.length, 1)];
      if (target === undefined) return [];
      const when = { all: [{ field: source.name, condition: rule.id === "r0" ? ("is_empty" as const) : ("is_not_empty" as const) }] };
      return [
        { id: rule.id, when, then: rule.then.slice(0, 1).map((one) => ({ ...one, targets: one.action === "end_form" ? [] : [target] })) },
      ];
    }),
  };
});
