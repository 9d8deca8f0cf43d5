// Junk at every route: bodies and parameters grown from the document's own schemas, bent out of shape. Whatever comes, the
// answer is one the document names and never a failure of ours.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../src/pages/errors";
import { createWorld } from "../support/world";
import { callerOf, realPath } from "./fixtures";
import { type JsonSchema, type Operation, operations, resolve } from "./operations";

const RUNS = 25;
const world = await createWorld();

// Values that have broken parsers before: whatever the schema asks for, these are offered in its place now and then.
const HOSTILE: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 1,
  1e308,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e",
  "__proto__",
  "constructor",
  "' OR 1=1 --",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "../../..",
  "2026-02-30",
  "a".repeat(5_000),
  [],
  {},
  [[[[[[]]]]]],
  { $gt: "" },
  { toString: 1 },
];

describe("never a failure of ours", () => {
  test.each(operations)("$name", async (operation) => {
    // Some of these sign their person out, or end a workspace.
    const own = operation.access === "person" ? await createWorld() : world;
    const path = await realPath(operation.path, own);
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const query = grownQuery(operation, gen);
        const body = operation.body === null ? undefined : JSON.stringify(grow(operation.body, gen, 0) ?? null);
        const reply = await own.call(operation.method, `${path}${query}`, body, callerOf(operation));
        const text = await readToItsEnd(reply);
        expect(reply.status, `${operation.name}${query} ${body?.slice(0, 500)} → ${text.slice(0, 300)}`).toBeLessThan(500);
        if (reply.status >= 400) expect(ERROR_CODES).toHaveProperty(JSON.parse(text).code);
        expect(operation.statuses, `${operation.name} answered a status that its document does not name: ${text.slice(0, 200)}`).toContain(
          String(reply.status),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

/** A feed has no end. */
async function readToItsEnd(reply: Response): Promise<string> {
  if (!reply.headers.get("Content-Type")?.startsWith("text/event-stream")) return reply.text();
  await reply.body?.cancel();
  return "";
}

type Gen = fc.GeneratorValue;

function chance(gen: Gen, percent: number): boolean {
  return gen(fc.integer, { min: 1, max: 100 }) <= percent;
}

function grownQuery(operation: Operation, gen: Gen): string {
  const query = new URLSearchParams();
  for (const { name, schema } of operation.query) {
    if (chance(gen, 50)) query.set(name, asText(grow(schema, gen, 0)).toWellFormed());
  }
  if (chance(gen, 10)) query.set("__proto__", "x");
  return query.size > 0 ? `?${query}` : "";
}

function asText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function grow(schema: JsonSchema, gen: Gen, depth: number): unknown {
  if (chance(gen, 8)) return gen(fc.constantFrom, ...HOSTILE);
  const known = resolve(schema);
  if (known.example !== undefined && chance(gen, 40)) return known.example;
  if (known.const !== undefined) return known.const;
  if (known.enum !== undefined) return gen(fc.constantFrom, ...known.enum);
  const branches = known.anyOf ?? known.oneOf;
  if (branches !== undefined) return grow(gen(fc.constantFrom, ...branches), gen, depth + 1);
  if (known.allOf !== undefined) return Object.assign({}, ...known.allOf.map((part) => grow(part, gen, depth + 1)));
  const type = Array.isArray(known.type) ? gen(fc.constantFrom, ...known.type) : known.type;
  switch (type) {
    case "object":
      return growObject(known, gen, depth);
    case "array":
      return depth > 5 ? [] : Array.from({ length: gen(fc.integer, { min: 0, max: 3 }) }, () => grow(known.items ?? {}, gen, depth + 1));
    case "integer":
    case "number":
      return chance(gen, 50) ? gen(fc.integer, { min: 0, max: 200 }) : gen(fc.double);
    case "boolean":
      return gen(fc.boolean);
    case "null":
      return null;
    case "string":
      if (chance(gen, 20)) return gen(fc.constantFrom, "a", "score", "frm_1");
      return gen(fc.string, chance(gen, 50) ? { maxLength: 30 } : { unit: "binary", maxLength: 20 });
    default:
      return gen(fc.jsonValue, { maxDepth: 3 });
  }
}

function growObject(schema: JsonSchema, gen: Gen, depth: number): Record<string, unknown> {
  const grown: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const wanted = schema.required?.includes(name) ? 95 : depth > 4 ? 5 : 35;
    if (chance(gen, wanted)) grown[name] = grow(property, gen, depth + 1);
  }
  if (typeof schema.additionalProperties === "object" && depth < 5) grown.extra = grow(schema.additionalProperties, gen, depth + 1);
  if (chance(gen, 5)) grown.unexpected = 1;
  return grown;
}
