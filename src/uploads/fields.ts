// pure. Where a form asks for files, and where an answer names them.
import type { Field, FormSchema } from "../forms";
import { DEFAULT_MAX_FILE, DEFAULT_MAX_SIGNATURE, MAX_FILE, SIGNATURE_TYPES } from "./limits";

export interface FileField {
  /** Without the numbers of turns: `cv`, `people.photo`. */
  path: string;
  field: Field;
  maxSize: number;
  accept: readonly string[];
}

// A published schema stays the same object for as long as it is cached.
const known = new WeakMap<FormSchema, ReadonlyMap<string, FileField>>();

export function fileFields(schema: FormSchema): ReadonlyMap<string, FileField> {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const found = new Map<string, FileField>();
  const visit = (fields: readonly Field[], prefix: string) => {
    for (const field of fields) {
      const path = prefix + field.name;
      if (field.type === "group" || field.type === "repeat") visit(field.fields ?? [], `${path}.`);
      else if (field.type === "file" || field.type === "signature") found.set(path, describe(field, path));
    }
  };
  visit(schema.fields, "");
  known.set(schema, found);
  return found;
}

function describe(field: Field, path: string): FileField {
  const { accept, max_size: most } = field.validation ?? {};
  const isSignature = field.type === "signature";
  return {
    path,
    field,
    maxSize: Math.min(most ?? (isSignature ? DEFAULT_MAX_SIGNATURE : DEFAULT_MAX_FILE), MAX_FILE),
    accept: accept !== undefined && accept.length > 0 ? accept : isSignature ? SIGNATURE_TYPES : [],
  };
}

/** `people.0.photo` and `people.photo` are the same question. */
export function withoutTurns(path: string): string {
  return path.replace(/\.\d+(?=\.|$)/g, "");
}

const UPLOAD_ID = /^upl_[0-9a-z]{26}$/;
const MAX_NAMED = 2_000;
const MAX_DEPTH = 12;

export interface Named {
  id: string;
  field: string;
}

/** Whatever looks like an upload's id in these answers, with the question it answers. Only the store can say which are uploads. */
export function uploadsNamedIn(data: unknown): Named[] {
  const found = new Map<string, Named>();
  const visit = (value: unknown, path: string, depth: number) => {
    if (typeof value === "string") {
      if (UPLOAD_ID.test(value) && found.size < MAX_NAMED) found.set(`${path} ${value}`, { id: value, field: path });
    } else if (value !== null && typeof value === "object" && depth < MAX_DEPTH) {
      const inList = Array.isArray(value);
      for (const [name, item] of Object.entries(value)) visit(item, inList ? path : path === "" ? name : `${path}.${name}`, depth + 1);
    }
  };
  visit(data, "", 0);
  return [...found.values()];
}

/** The same answers with other ids in them; where none changes, these very answers. */
export function renameUploads<Data>(data: Data, renamed: (named: Named) => string): Data {
  const visit = (value: unknown, path: string, depth: number): unknown => {
    if (typeof value === "string") return UPLOAD_ID.test(value) ? renamed({ id: value, field: path }) : value;
    if (value === null || typeof value !== "object" || depth >= MAX_DEPTH) return value;
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => visit(item, path, depth + 1));
      return items.some((item, i) => item !== value[i]) ? items : value;
    }
    const members = Object.entries(value).map(([name, item]) => {
      const now = visit(item, path === "" ? name : `${path}.${name}`, depth + 1);
      return [name, now, now !== item] as const;
    });
    return members.some(([, , isOther]) => isOther) ? Object.fromEntries(members) : value;
  };
  return visit(data, "", 0) as Data;
}
