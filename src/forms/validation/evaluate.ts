// pure, and also in the browser. An answer as it came in, made into the one that is stored, or the reasons why not.
import type { Field, FormSchema, Issue } from "../definition/types";
import { layOut, MAX_ISSUES, numberRule, type ReadEnv, type Slot, unansweredRows } from "../fields";
import type { FindUpload } from "../fields/read";
import { type Calculate, conditionHolds, indexRules, isEmpty, type Settled, settle } from "../rules";

export interface EvaluateOptions {
  /** `partial`: an answer still being written; nothing is required yet and no default is filled in. */
  mode: "complete" | "partial";
  /** Epoch milliseconds: what `today` is. */
  now: number;
  /** IANA name; else the form's own, else UTC. */
  timezone?: string;
  known?: { upload?: FindUpload };
  calculate?: Calculate;
}

export type Evaluation =
  /** `hidden` leaves out what is inside something hidden; `pages` are those on the way, in order. */
  | { ok: true; data: Record<string, unknown>; hidden: string[]; pages: string[]; endedBy?: { rule: string; message?: string } }
  | { ok: false; issues: Issue[] };

/** Evaluating what this gives as `data` gives the same again. Paths of issues start at the answer's root: `people.0.age`. */
export function evaluateAnswers(schema: FormSchema, raw: unknown, options: EvaluateOptions): Evaluation {
  const zone = options.timezone ?? schema.settings?.timezone ?? "UTC";
  const env: ReadEnv = {
    now: options.now,
    timezone: zone,
    partial: options.mode === "partial",
    upload: options.known?.upload,
  };
  const index = indexRules(schema);
  const answers = layOut(index.form, raw, env);
  const settled = settle(index, answers, env, options.calculate);

  const labelOf = (name: string) => index.form.anyNamed.get(name)?.field.label.trim() || name;
  const issues = [...answers.issues];
  const hidden: string[] = [];
  for (const slot of answers.slots) {
    if (settled.isHidden(slot)) {
      if (slot.parent === null || !settled.isHidden(slot.parent)) hidden.push(slot.path);
    } else if (issues.length < MAX_ISSUES) issues.push(...issuesOf(slot, settled, env, labelOf));
  }
  if (issues.length > 0) return { ok: false, issues: issues.slice(0, MAX_ISSUES) };

  const data: Record<string, unknown> = {};
  for (const slot of answers.top) {
    const value = settled.answerOf(slot);
    if (value !== undefined) data[slot.info.field.name] = value;
  }
  const endedBy = settled.endedBy;
  return { ok: true, data, hidden, pages: [...settled.pages], ...(endedBy === undefined ? {} : { endedBy }) };
}

function issuesOf(slot: Slot, settled: Settled, env: ReadEnv, labelOf: (name: string) => string): readonly Issue[] {
  // What was sent does not count here, so neither does what is wrong with it.
  if (settled.isGiven(slot)) return [];
  if (slot.problems.length > 0) return slot.problems;
  const value = settled.answerOf(slot);
  const missing = env.partial ? null : whyMissing(slot, value, settled.isRequired(slot));
  return missing !== null ? missing : compared(slot, value, settled, labelOf);
}

function whyMissing(slot: Slot, value: unknown, required: boolean): Issue[] | null {
  const { field } = slot.info;
  if (field.type === "repeat") {
    const least = Math.max(required ? 1 : 0, Number(field.validation?.min ?? 0) || 0);
    if (slot.items.length >= least) return null;
    return [
      { path: slot.path, code: slot.items.length === 0 ? "required" : "too_few", message: field.validation?.message ?? atLeast(least) },
    ];
  }
  if (!required) return null;
  if (field.type === "consent") return value === true ? null : [issue(slot, "Please agree to continue.")];
  if (isEmpty(value)) return [issue(slot, requiredMessage(field))];
  if (field.type !== "matrix") return null;
  const rows = unansweredRows(value, slot.info);
  return rows.length === 0
    ? null
    : rows.map((row) => ({ path: `${slot.path}.${row}`, code: "required", message: "Please answer this row." }));
}

function issue({ path }: Slot, message: string): Issue {
  return { path, code: "required", message };
}

function atLeast(count: number): string {
  return count === 1 ? "Please give at least one entry." : `Please give at least ${count} entries.`;
}

function requiredMessage(field: Field): string {
  switch (field.type) {
    case "select":
    case "radio":
      return "Please choose an option.";
    case "multi_select":
    case "checkboxes":
      return "Please choose at least one option.";
    case "ranking":
      return "Please put the options in order.";
    case "yes_no":
      return "Please answer yes or no.";
    case "matrix":
      return "Please choose an answer in each row.";
    case "file":
      return "Please upload a file.";
    case "signature":
      return "Please sign here.";
    case "rating":
    case "nps": {
      const { min, max } = numberRule({ field });
      return `Please choose a number from ${min} to ${max}.`;
    }
    default:
      return "Please fill this in.";
  }
}

const WORDS = {
  equals: "the same as",
  not_equals: "different from",
  greater_than: "more than",
  less_than: "less than",
  at_least: "at least",
  at_most: "at most",
} as const;

function compared(slot: Slot, value: unknown, settled: Settled, labelOf: (name: string) => string): Issue[] {
  const { compare: comparisons } = slot.info.field.validation ?? {};
  if (comparisons === undefined || isEmpty(value)) return [];
  return comparisons.flatMap(({ condition, field, message }) => {
    const expected = settled.valueNear(field, slot);
    if (isEmpty(expected) || conditionHolds({ field, condition, value: expected }, value, null)) return [];
    const label = labelOf(field);
    return [{ path: slot.path, code: "compare", message: message ?? `Please enter a value that is ${WORDS[condition]} “${label}”.` }];
  });
}
