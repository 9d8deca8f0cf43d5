// pure. Looks at size and depth without recursion, so that no input can run it out of stack.
import { z } from "zod";
import { type Field, LIMITS } from "./types";

const MAX_LOOSE_DEPTH = 20;

/** In words what is too big about a schema that nobody has looked at yet, or null. */
export function tooBig(schema: unknown): string | null {
  if (nestsDeeperThan(schema, MAX_LOOSE_DEPTH)) return `The schema nests deeper than ${MAX_LOOSE_DEPTH} levels.`;
  const fields = (schema as { fields?: unknown } | null)?.fields;
  let level: unknown[] = Array.isArray(fields) ? fields : [];
  let count = 0;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > LIMITS.depth) return `Fields nest at most ${LIMITS.depth} levels deep.`;
    count += level.length;
    if (count > LIMITS.fields) return `A form has at most ${LIMITS.fields} fields, nested ones included.`;
    level = level.flatMap((field) => {
      const nested = (field as Partial<Field> | null)?.fields;
      return Array.isArray(nested) ? nested : [];
    });
  }
  return null;
}

function nestsDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (item === null || typeof item !== "object") continue;
      for (const part of Object.values(item)) if (part !== null && typeof part === "object") next.push(part);
    }
    level = next;
  }
  return false;
}

/** Any JSON, up to a size: what its meaning is, another part of the form says. */
export function looseJson(maxCharacters: number) {
  return z.unknown().refine((value) => (JSON.stringify(value)?.length ?? 0) <= maxCharacters, {
    message: `This holds at most ${maxCharacters} characters of JSON.`,
  });
}
