// pure. What is wrong with the fields themselves: names, options, expressions, nesting. Their limits are in limits.ts.
import { FIRST_PAGE } from "../definition/describe";
import {
  CONTENT_TYPES,
  type Field,
  type FormSchema,
  LIMITS,
  MULTI_CHOICE_TYPES,
  NAME_PATTERN,
  type Option,
  SINGLE_CHOICE_TYPES,
} from "../definition/types";
import { checkDefault, checkLimits } from "./limits";
import { quoted, type Report } from "./report";

// The first two mean something on every JavaScript object, the third names the page that no page break opens.
const RESERVED: ReadonlySet<string> = new Set(["constructor", "prototype", FIRST_PAGE]);
const CHOICES: ReadonlySet<string> = new Set([...SINGLE_CHOICE_TYPES, ...MULTI_CHOICE_TYPES, "matrix"]);
const CONTENT: ReadonlySet<string> = new Set(CONTENT_TYPES);

export interface PlacedField {
  field: Field;
  /** `fields.2.fields.0` */
  path: string;
  parent: PlacedField | null;
}

export function placeFields(schema: FormSchema): PlacedField[] {
  const placed: PlacedField[] = [];
  const visit = (fields: readonly Field[], prefix: string, parent: PlacedField | null, depth: number) => {
    fields.forEach((field, index) => {
      const place = { field, path: `${prefix}.${index}`, parent };
      placed.push(place);
      // Deeper than the door lets anything in; a schema from elsewhere is not followed without end.
      if (field.fields !== undefined && depth < LIMITS.depth * 2) visit(field.fields, `${place.path}.fields`, place, depth + 1);
    });
  };
  visit(schema.fields, "fields", null, 1);
  return placed;
}

export function checkFields(placed: readonly PlacedField[], report: Report): void {
  const firstNamed = new Map<string, PlacedField>();
  for (const place of placed) {
    const { field, path } = place;
    const before = firstNamed.get(field.name);
    if (!NAME_PATTERN.test(field.name)) {
      report(
        `${path}.name`,
        "bad_name",
        `${quoted(field.name)} cannot be a name: use a lower-case letter, then lower-case letters, digits and underscores.`,
      );
    } else if (RESERVED.has(field.name)) report(`${path}.name`, "reserved_name", `${quoted(field.name)} is reserved; choose another name.`);
    else if (before !== undefined) {
      report(
        `${path}.name`,
        "duplicate_name",
        `${quoted(field.name)} is already the name of ${before.path}; names are unique in the whole form.`,
      );
    }
    if (before === undefined) firstNamed.set(field.name, place);
    checkNesting(place, report);
    checkChoices(field, path, report);
    checkOwnNeeds(field, path, report);
    checkLimits(field, path, report);
    checkDefault(field, path, report);
  }
  for (const place of placed) checkComparisons(place, firstNamed, report);
  if (!placed.some(({ field }) => isAsked(field))) report("fields", "no_fields", "Add at least one field that can be answered.");
  if (placed.length > LIMITS.fields) report("fields", "too_many_fields", `A form has at most ${LIMITS.fields} fields.`);
}

function isAsked({ type }: Field): boolean {
  return !CONTENT.has(type) && type !== "group" && type !== "repeat" && type !== "calculated";
}

function checkNesting({ field, path, parent }: PlacedField, report: Report): void {
  const holds = field.type === "group" || field.type === "repeat";
  if (holds && (field.fields ?? []).length === 0) report(`${path}.fields`, "no_fields", "Put at least one field into this group.");
  if (!holds && (field.fields ?? []).length > 0)
    report(`${path}.fields`, "not_a_group", `A field of type ${field.type} cannot hold other fields.`);
  if (field.type === "page_break" && parent !== null) report(path, "nested_page_break", "A page break cannot stand inside a group.");
  let depth = 1;
  for (let around = parent; around !== null; around = around.parent) depth++;
  if (depth === LIMITS.depth + 1) report(path, "too_deep", `Fields nest at most ${LIMITS.depth} levels deep.`);
}

function checkChoices(field: Field, path: string, report: Report): void {
  if (CHOICES.has(field.type)) checkOptions(field.options, `${path}.options`, field.type === "matrix" ? "column" : "option", report);
  if (field.type === "matrix") checkOptions(field.rows, `${path}.rows`, "row", report);
}

function checkOptions(options: readonly Option[] | undefined, path: string, noun: string, report: Report): void {
  if (options === undefined || options.length === 0) {
    report(path, "no_options", `Add at least one ${noun}.`);
    return;
  }
  const seen = new Set<string>();
  options.forEach(({ value }, index) => {
    if (value.trim() === "" || value !== value.trim())
      report(`${path}.${index}.value`, "bad_option", `The value of this ${noun} is empty or has blanks around it.`);
    else if (value === "__proto__")
      report(`${path}.${index}.value`, "reserved_name", `${quoted(value)} is reserved; choose another value.`);
    else if (seen.has(value))
      report(`${path}.${index}.value`, "duplicate_option", `${quoted(value)} is already the value of another ${noun}.`);
    seen.add(value);
  });
}

function checkOwnNeeds(field: Field, path: string, report: Report): void {
  if (field.type === "calculated" && (field.expression ?? "").trim() === "")
    report(`${path}.expression`, "no_expression", "Say what this field is calculated from.");
  if (field.type === "image" && !isPicture(field.src))
    report(`${path}.src`, "bad_url", "Give the address of the picture, beginning with https:// or /.");
}

function isPicture(src: string | undefined): boolean {
  return src !== undefined && (/^\/(?!\/)/.test(src) || (/^https?:\/\//i.test(src) && URL.canParse(src)));
}

function checkComparisons(place: PlacedField, named: ReadonlyMap<string, PlacedField>, report: Report): void {
  place.field.validation?.compare?.forEach((comparison, index) => {
    const path = `${place.path}.validation.compare.${index}.field`;
    const other = named.get(comparison.field);
    if (other === undefined) report(path, "unknown_field", `There is no field ${quoted(comparison.field)} to compare with.`);
    else if (other === place) report(path, "compares_itself", "A field cannot be compared with itself.");
    else if (!isAsked(other.field) && other.field.type !== "calculated")
      report(path, "no_answer", `${quoted(comparison.field)} has no answer to compare with.`);
    else if (repeatsAround(other).some((repeat) => !repeatsAround(place).includes(repeat))) {
      report(path, "many_answers", `${quoted(comparison.field)} is in a repeating group: there may be several answers to compare with.`);
    }
  });
}

function repeatsAround({ parent }: PlacedField): PlacedField[] {
  if (parent === null) return [];
  return parent.field.type === "repeat" ? [parent, ...repeatsAround(parent)] : repeatsAround(parent);
}
