// Bindings are not inherited in wrangler.toml. What an environment lacks would be missed only once it is deployed.
import { describe, expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { CONFIG } from "../../tools/lib/paths.ts";

const ENVIRONMENTS = ["staging", "production"] as const;
type Json = Record<string, unknown>;

const read = (env?: string) =>
  unstable_readConfig({ config: CONFIG, ...(env === undefined ? {} : { env }) }, { hideWarnings: true }) as Json;

/** What may differ: where it is deployed, and the ids and names of what belongs to that place alone. */
const OWN_KEYS = new Set(["name", "topLevelName", "targetEnvironment", "definedEnvironments", "routes", "route", "vars", "hyperdrive"]);
const OWN_FIELDS = new Set(["id", "database_id", "database_name", "bucket_name", "namespace_id"]);

function shape(env?: string): Json {
  const config = Object.fromEntries(Object.entries(read(env)).filter(([key]) => !OWN_KEYS.has(key)));
  const text = JSON.stringify(config, (key, value) => (OWN_FIELDS.has(key) ? undefined : value));
  return JSON.parse(text.replaceAll(`headwater-${env}-`, "headwater-")) as Json;
}

/** Everything in a configuration that sits under one of these fields. */
function valuesOf(config: unknown, field: string): unknown[] {
  if (config === null || typeof config !== "object") return [];
  return Object.entries(config).flatMap(([key, value]) => (key === field && typeof value === "string" ? [value] : valuesOf(value, field)));
}

describe.each(ENVIRONMENTS)("%s", (env) => {
  test("has every binding, trigger and consumer that development has", () => {
    expect(shape(env)).toEqual(shape());
  });

  test("has the same settings, keeps its limits and mails for real", () => {
    const vars = read(env).vars as Record<string, string>;
    expect(Object.keys(vars)).toEqual(Object.keys(read().vars as Json));
    expect(vars).toMatchObject({ ENVIRONMENT: env, LIMITS: "on", PUBLIC_URL: expect.stringMatching(/^https:\/\//) });
    expect(vars.MAIL_TRANSPORT).not.toBe("mailbox");
  });
});

test.each(["bucket_name", "database_name", "queue", "namespace_id"])("no two environments share a %s", (field) => {
  const [development, staging, production] = [read(), ...ENVIRONMENTS.map(read)].map((config) => new Set(valuesOf(config, field)));
  expect(staging?.size).toBeGreaterThan(0);
  expect(staging?.isDisjointFrom(production ?? new Set())).toBe(true);
  expect(development?.isDisjointFrom(production ?? new Set())).toBe(true);
});
