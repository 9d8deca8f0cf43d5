// pure. Everything that keeps a form from working, each with its place, found before it is published.
import type { FormSchema, Issue } from "../definition/types";
import { checkCycles } from "./cycles";
import { checkExpressions } from "./expressions";
import { checkFields, placeFields } from "./fields";
import { checkPages } from "./pages";
import { collect } from "./report";
import { checkRules } from "./rules";
import { checkSettings } from "./settings";

export function whyUnpublishable(schema: FormSchema): Issue[] {
  const placed = placeFields(schema);
  return collect([
    (report) => checkFields(placed, report),
    (report) => checkPages(schema, report),
    (report) => checkRules(schema, report),
    (report) => checkExpressions(schema, placed, report),
    (report) => checkCycles(schema, placed, report),
    (report) => checkSettings(schema, report),
  ]);
}
