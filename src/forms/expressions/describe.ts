// pure, and also in the browser.
import { describeFields, type FieldDescription } from "../definition/describe";
import type { FormSchema } from "../definition/types";
import { typesOfCalculated } from "./calculated";

const PLAIN = ["text", "number", "boolean", "date", "datetime", "time"] as const;

/** As `describeFields`, with what calculated fields come to: numbers add up, text does not. */
export function describeAnswers(schema: FormSchema): FieldDescription[] {
  const types = typesOfCalculated(schema);
  return describeFields(schema).map((field) => {
    const kind = field.type === "calculated" ? types.get(field.name)?.kind : undefined;
    const holds = PLAIN.find((plain) => plain === kind);
    return holds === undefined ? field : { ...field, holds };
  });
}
