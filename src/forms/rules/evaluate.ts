// pure, and also in the browser. What the rules make of an answer while it is being written.
import type { FormSchema } from "../definition/types";
import { layOut, type ReadEnv } from "../fields";
import { indexRules } from "./rule-index";
import { type Calculate, settle } from "./settle";

export interface RuleState {
  /** Paths such as `email`, `home.street`, `people.0.age`; headings and images have one too. */
  visible: ReadonlySet<string>;
  required: ReadonlySet<string>;
  disabled: ReadonlySet<string>;
  /** The values that rules, defaults of disabled fields and calculations give: what a page should show in place of its own. */
  values: Readonly<Record<string, unknown>>;
  /** The pages on the way, in order. */
  pages: readonly string[];
  endedBy?: { rule: string; message?: string };
}

export function evaluateRules(schema: FormSchema, data: unknown, options: Partial<ReadEnv> & { calculate?: Calculate } = {}): RuleState {
  const env: ReadEnv = {
    now: options.now ?? 0,
    timezone: options.timezone ?? schema.settings?.timezone ?? "UTC",
    partial: options.partial ?? false,
  };
  const index = indexRules(schema);
  const answers = layOut(index.form, data, env);
  const settled = settle(index, answers, env, options.calculate);
  const visible = new Set<string>();
  const required = new Set<string>();
  const disabled = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const slot of answers.slots) {
    if (settled.isHidden(slot)) continue;
    visible.add(slot.path);
    if (settled.isRequired(slot)) required.add(slot.path);
    if (settled.isDisabled(slot)) disabled.add(slot.path);
    if (slot.info.read !== null || slot.info.field.type === "calculated") {
      if (settled.isGiven(slot)) values[slot.path] = settled.answerOf(slot);
    }
  }
  const endedBy = settled.endedBy;
  return { visible, required, disabled, values, pages: settled.pages, ...(endedBy === undefined ? {} : { endedBy }) };
}
