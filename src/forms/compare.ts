// pure. What changed between two schemas, told by field name and rule id, the way a person would list it.
import type { Field, FormSchema, Rule } from "./definition";

export interface SchemaDifference {
  fields: { added: string[]; removed: string[]; moved: string[]; changed: { name: string; properties: string[] }[] };
  rules: { added: string[]; removed: string[]; changed: string[] };
  /** The other parts of a schema that differ: `settings`, `theme`, `languages`, `pages`. */
  other: string[];
}

const OTHER_PARTS = ["pages", "theme", "settings", "languages"] as const;

export function compareSchemas(before: FormSchema, after: FormSchema): SchemaDifference {
  const old = flatten(before.fields);
  const now = flatten(after.fields);
  const kept = [...now.keys()].filter((path) => old.has(path));
  const oldOrder = [...old.keys()].filter((path) => now.has(path));
  return {
    fields: {
      added: [...now.keys()].filter((path) => !old.has(path)),
      removed: [...old.keys()].filter((path) => !now.has(path)),
      moved: movedBetween(oldOrder, kept),
      changed: kept
        .map((name) => ({ name, properties: changedProperties(old.get(name), now.get(name)) }))
        .filter(({ properties }) => properties.length > 0),
    },
    rules: compareRules(before.rules ?? [], after.rules ?? []),
    other: OTHER_PARTS.filter((part) => !same(before[part], after[part])),
  };
}

function flatten(fields: readonly Field[], prefix = "", into = new Map<string, Field>()): Map<string, Field> {
  for (const field of fields) {
    into.set(prefix + field.name, field);
    if (field.fields !== undefined) flatten(field.fields, `${prefix}${field.name}.`, into);
  }
  return into;
}

/** Nested fields are told under their own names, so a changed child does not also mark its group. */
function changedProperties(before: Field | undefined, after: Field | undefined): string[] {
  const old = { ...before, fields: undefined } as Record<string, unknown>;
  const now = { ...after, fields: undefined } as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => !same(old[key], now[key])).sort();
}

/** The fewest fields whose moving explains the new order: all outside a longest common run of order. */
function movedBetween(before: string[], after: string[]): string[] {
  const place = new Map(before.map((path, index) => [path, index]));
  const stays = new Set(longestIncreasing(after.map((path) => place.get(path) ?? -1)));
  return after.filter((path) => !stays.has(place.get(path) ?? -1));
}

function longestIncreasing(values: number[]): number[] {
  const tails: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const value of values) {
    let at = tails.findIndex((tail) => tail >= value);
    if (at === -1) at = tails.length;
    previous.set(value, tails[at - 1]);
    tails[at] = value;
  }
  const run: number[] = [];
  for (let at = tails.at(-1); at !== undefined; at = previous.get(at)) run.push(at);
  return run;
}

function compareRules(before: readonly Rule[], after: readonly Rule[]): SchemaDifference["rules"] {
  const old = new Map(before.map((rule) => [rule.id, rule]));
  const now = new Map(after.map((rule) => [rule.id, rule]));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: [...now.keys()].filter((id) => old.has(id) && !same(old.get(id), now.get(id))),
  };
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
