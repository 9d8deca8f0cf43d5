// pure, and also in the browser. What kinds of values there are, before any value is known.

export type Type =
  /** `labels`: what people call the values of a choice. */
  | { kind: "text"; labels?: ReadonlyMap<string, string> }
  | { kind: "number" | "boolean" | "date" | "datetime" | "time" | "nothing" | "any" }
  | { kind: "list"; of: Type }
  /** `open`: it may have members that nobody has described. */
  | { kind: "object"; members: ReadonlyMap<string, Type>; open?: boolean };

export type TypeName = Type["kind"];
export type ObjectType = Extract<Type, { kind: "object" }>;

/** What an expression may name: each name with the type of its value. */
export type Scope = ObjectType;

export const TEXT: Type = { kind: "text" };
export const NUMBER: Type = { kind: "number" };
export const BOOLEAN: Type = { kind: "boolean" };
export const DATE: Type = { kind: "date" };
export const DATETIME: Type = { kind: "datetime" };
export const TIME: Type = { kind: "time" };
export const NOTHING: Type = { kind: "nothing" };
export const ANY: Type = { kind: "any" };

export function listOf(of: Type): Type {
  return { kind: "list", of };
}

export function objectOf(members: Readonly<Record<string, Type>> | ReadonlyMap<string, Type>, open = false): ObjectType {
  return { kind: "object", members: members instanceof Map ? members : new Map(Object.entries(members)), open };
}

const WORDS: Record<TypeName, string> = {
  text: "text",
  number: "a number",
  boolean: "yes or no",
  date: "a date",
  datetime: "a date with time",
  time: "a time of day",
  nothing: "nothing",
  any: "anything",
  list: "a list",
  object: "a group of values",
};

export function inWords(type: Type): string {
  return WORDS[type.kind];
}

/** The type of a value that is one of these two. */
export function either(a: Type, b: Type): Type {
  if (a.kind === "nothing") return b;
  if (b.kind === "nothing") return a;
  if (a.kind === "list" && b.kind === "list") return listOf(either(a.of, b.of));
  if (a.kind === "text" && b.kind === "text") return a.labels === b.labels ? a : TEXT;
  if (a.kind !== b.kind) return ANY;
  return a.kind === "object" && a !== b ? objectOf({}, true) : a;
}

/** Not known before a value is there: nothing can be said against it. */
export function isOpen({ kind }: Type): boolean {
  return kind === "any" || kind === "nothing";
}

export function isMoment({ kind }: Type): boolean {
  return kind === "date" || kind === "datetime";
}
