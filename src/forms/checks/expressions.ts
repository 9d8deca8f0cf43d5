// pure. Whether each calculated field can be worked out from what the form has.
import type { FormSchema } from "../definition/types";
import { compileCalculated } from "../expressions";
import type { PlacedField } from "./fields";
import type { Report } from "./report";

export function checkExpressions(schema: FormSchema, placed: readonly PlacedField[], report: Report): void {
  for (const { field, message, offset } of compileCalculated(schema).problems) {
    const place = placed.find((one) => one.field.name === field);
    if (place === undefined || (place.field.expression ?? "").trim() === "") continue;
    report(`${place.path}.expression`, "bad_expression", `At character ${offset + 1}: ${message}`);
  }
}
