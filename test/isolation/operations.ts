// Every operation of the OpenAPI document the Worker itself publishes. What is not in here is not tested, so a route that
// takes an id or a body and says too little about itself makes the suite fail rather than slip through.
import { SELF } from "cloudflare:test";
import type { Access } from "../../src/routes/define-route";
import { ORIGIN } from "../support/world";

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  example?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
}

export interface Operation {
  name: string;
  method: string;
  path: string;
  access: Access;
  pathParams: string[];
  query: { name: string; schema: JsonSchema }[];
  body: JsonSchema | null;
  example: unknown;
  statuses: string[];
}

interface RawOperation {
  "x-access"?: Access;
  parameters?: { in: string; name: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, unknown>;
}

interface Document {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, JsonSchema> };
}

export const document: Document = await (await SELF.fetch(`${ORIGIN}/api/openapi.json`)).json();

export function resolve(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace("#/components/schemas/", "");
  if (name === undefined) return schema;
  const found = document.components.schemas[name];
  if (found === undefined) throw new Error(`The document refers to ${name}, which it does not have`);
  return resolve(found);
}

export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]): Operation => {
    const parameters = raw.parameters ?? [];
    const media = Object.values(raw.requestBody?.content ?? {})[0];
    return {
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      access: raw["x-access"] ?? fail(`${method} ${path} does not say who may call it`),
      pathParams: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
      query: parameters.filter(({ in: place }) => place === "query"),
      body: media?.schema ?? null,
      example: media === undefined ? undefined : (media.example ?? resolve(media.schema).example),
      statuses: Object.keys(raw.responses),
    };
  }),
);

function fail(sentence: string): never {
  throw new Error(sentence);
}
