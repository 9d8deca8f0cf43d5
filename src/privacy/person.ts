// pure. Whose answers these are: whoever gave a certain answer, however they spelt it.
import { z } from "zod";
import { valuesAt } from "../responses";

export const Person = z.object({
  /** An address, a number, a name: what they answered. */
  value: z.string(),
  /** Only as the answer to this field, by its path; to any field when absent. */
  field: z.string().optional(),
  /** Also where it is part of a longer text. */
  anywhere: z.boolean().default(false),
});
export type Person = z.infer<typeof Person>;

export function isOf(data: Record<string, unknown>, person: Person): boolean {
  const wanted = fold(person.value);
  const has = (text: string) => (person.anywhere ? fold(text).includes(wanted) : fold(text) === wanted);
  const start = person.field === undefined ? [data] : valuesAt(data, person.field.split("."));
  return start.some((value) => textsIn(value).some(has));
}

export function fold(text: string): string {
  return text.normalize("NFC").trim().toLowerCase();
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsIn);
}
