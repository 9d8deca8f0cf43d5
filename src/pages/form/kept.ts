// pure. Which answers have a control on a page, and which it carries along for the others.
import type { Field, FormSchema } from "../../forms";
import { asRaw, hasControls, KEPT, type Raw, toControlList } from "./answers";
import type { Sheet } from "./step";

type OnPage = Pick<Sheet, "shown" | "state" | "page" | "raw">;

/** What rules or the form itself give is shown, and cannot be changed. */
export function isFixed({ state }: Pick<Sheet, "state">, path: string): boolean {
  return state.disabled.has(path) || Object.hasOwn(state.values, path);
}

export function controlsOn(schema: FormSchema, sheet: OnPage): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (fields: readonly Field[], raw: Raw, prefix: string) => {
    for (const field of fields) {
      const path = prefix + field.name;
      if (!sheet.state.visible.has(path) || !hasControls(field)) continue;
      if (field.type === "group") visit(field.fields ?? [], asRaw(raw[field.name]), `${path}.`);
      else if (!isFixed(sheet, path)) found.add(path);
      if (field.type !== "repeat" || !Array.isArray(raw[field.name])) continue;
      for (const [at, turn] of (raw[field.name] as unknown[]).entries()) visit(field.fields ?? [], asRaw(turn), `${path}.${at}.`);
    }
  };
  const here = new Set(sheet.page.fields);
  visit(
    schema.fields.filter(({ name }) => here.has(name)),
    sheet.shown,
    "",
  );
  return found;
}

export function keptControls(schema: FormSchema, sheet: OnPage): [name: string, value: string][] {
  const rendered = controlsOn(schema, sheet);
  return toControlList(schema.fields, sheet.raw).flatMap(([name, value, path]) => (rendered.has(path) ? [] : [[KEPT + name, value]]));
}
