// The OpenAPI document itself: right by the specification's own schema, whole, and telling the truth about what is served.
import { SELF } from "cloudflare:test";
import { expect, test } from "vitest";
import { ORIGIN } from "../support/world";
import { document, type JsonSchema, operations } from "./operations";

test("is OpenAPI 3.1 with unique operations, each with a summary and a tag", () => {
  expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Headwater" } });
  const bare = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => !("summary" in operation) || !("tags" in operation))
      .map(([method]) => `${method} ${path}`),
  );
  expect(bare).toEqual([]);
});

test("refers to nothing it does not have, and carries no null where a number or text is meant", () => {
  const known = new Set(Object.keys(document.components.schemas));
  const missing: string[] = [];
  const visit = (value: unknown) => {
    if (value === null || typeof value !== "object") return;
    const { $ref } = value as JsonSchema;
    if (typeof $ref === "string" && !known.has($ref.replace("#/components/schemas/", ""))) missing.push($ref);
    for (const part of Object.values(value)) visit(part);
  };
  visit(document);
  expect(missing).toEqual([]);
  for (const { name, query } of operations) {
    for (const { name: parameter, schema } of query) {
      const types = [schema, ...(schema.anyOf ?? [])].flatMap(({ type }) => type ?? []);
      expect(types, `${name} ?${parameter}`).not.toContain("null");
    }
  }
});

test("names every path parameter it uses", () => {
  for (const { name, pathParams, path } of operations) {
    const declared = (document.paths[path] ?? {}) as Record<string, { parameters?: { in: string; name: string }[] }>;
    const method = name.split(" ")[0]?.toLowerCase() ?? "";
    const inPath = (declared[method]?.parameters ?? []).filter((parameter) => parameter.in === "path").map((parameter) => parameter.name);
    expect(inPath.sort(), name).toEqual([...pathParams].sort());
  }
});

test("the reference page asks for nothing outside our origin", async () => {
  const page = await SELF.fetch(`${ORIGIN}/docs`);
  const text = await page.text();
  expect(page.status).toBe(200);
  expect(text).not.toMatch(/(?:src|href|data-url)="(?:https?:)?\/\//);
  expect(page.headers.get("Content-Security-Policy")).toContain("script-src 'self'");
});
