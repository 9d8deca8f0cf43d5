// pure. What a function is. Its signature is read once and serves three times: to check, to bring arguments to their kind, to explain.
import type { Run, Value } from "../run";
import type { Type, TypeName } from "../types";

export type ParameterKind = "text" | "number" | "boolean" | "moment" | "list" | "any" | "numbers" | "moments" | "zone" | "pattern" | "unit";

export interface Parameter {
  name: string;
  kind: ParameterKind;
  optional: boolean;
  /** Takes all arguments from here on. */
  rest: boolean;
}

export type Group = "text" | "number" | "date" | "logic" | "list";

export interface FunctionDefinition {
  name: string;
  group: Group;
  signature: string;
  about: string;
  parameters: readonly Parameter[];
  /** The type of what comes out, from the types of what goes in. */
  result: (types: readonly Type[]) => Type;
  /** Called also when an argument is nothing; otherwise nothing comes out of nothing. */
  takesNothing: boolean;
  run: Implementation;
}

/**
 * The arguments are `any`, because their types stand in a signature that is text: TypeScript cannot read it, and `unknown` would make each
 * function test again what `call.ts` has just made sure of. Nothing is called past it.
 */
// biome-ignore lint/suspicious/noExplicitAny: before the call each argument is brought to the kind that the signature names.
export type Implementation = (run: Run, ...args: any[]) => Value;

export type Definitions = (
  name: string,
  signature: string,
  result: Type | ((types: readonly Type[]) => Type),
  about: string,
  run: Implementation,
) => void;

export function definer(group: Group, into: Map<string, FunctionDefinition>, takesNothing = false): Definitions {
  return (name, signature, result, about, run) => {
    const parameters = signature === "" ? [] : signature.split(", ").map(readParameter);
    const definition = { group, signature, about, parameters, result: typeof result === "function" ? result : () => result };
    into.set(name, { name, ...definition, takesNothing, run });
  };
}

function readParameter(text: string): Parameter {
  const [left = "", kind = "any"] = text.split(": ");
  const rest = left.startsWith("...");
  const optional = left.endsWith("?");
  return { name: left.slice(rest ? 3 : 0, optional ? -1 : undefined), kind: kind as ParameterKind, optional: optional || rest, rest };
}

/** Which types a parameter takes as they are; what is not known before there is a value is taken by all. */
export const TAKES: Readonly<Record<ParameterKind, readonly TypeName[]>> = {
  text: ["text", "number", "boolean", "date", "datetime", "time"],
  number: ["number"],
  boolean: ["boolean"],
  moment: ["date", "datetime"],
  list: ["list"],
  any: ["text", "number", "boolean", "date", "datetime", "time", "list", "object"],
  numbers: ["number", "list"],
  moments: ["date", "datetime", "list"],
  zone: ["text"],
  pattern: ["text"],
  unit: ["text"],
};

export const KIND_WORDS: Readonly<Record<ParameterKind, string>> = {
  text: "text",
  number: "a number",
  boolean: "yes or no",
  moment: "a date",
  list: "a list",
  any: "a value",
  numbers: "numbers",
  moments: "dates",
  zone: "a time zone",
  pattern: "a date pattern",
  unit: "a unit of time",
};
