// pure. Everything that keeps a form from working, each with its place, found before it is published.
import type { FormSchema, Issue } from "../definition/types";
import { checkFields } from "./fields";

export function whyUnpublishable(schema: FormSchema): Issue[] {
  return checkFields(schema);
}
