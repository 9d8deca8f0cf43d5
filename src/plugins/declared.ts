// pure. What a plugin's class says of itself, and whether a configuration is what it asks for.
import { z } from "zod";
import { InvalidError, type Issue } from "../shared/errors";
import { whyNotAHost } from "./hosts";
import { MAX_HOSTS, MAX_SECRETS } from "./limits";
import { whyNotASchedule } from "./schedule";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const Words = z.string().max(2_000);
const Base = { title: z.string().max(200).optional(), description: Words.optional() };

const Option = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("string"),
    ...Base,
    default: Words.optional(),
    enum: z.array(z.string().max(200)).min(1).max(100).optional(),
    minLength: z.number().int().min(0).optional(),
    maxLength: z.number().int().min(1).max(10_000).optional(),
    format: z.enum(["email", "uri", "textarea"]).optional(),
  }),
  z.object({
    type: z.enum(["number", "integer"]),
    ...Base,
    default: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.object({ type: z.literal("boolean"), ...Base, default: z.boolean().optional() }),
  z.object({
    type: z.literal("array"),
    ...Base,
    items: z.object({
      type: z.literal("string"),
      enum: z.array(z.string().max(200)).min(1).max(100).optional(),
      maxLength: z.number().int().min(1).max(10_000).optional(),
    }),
    default: z.array(Words).max(1_000).optional(),
    maxItems: z.number().int().min(1).max(1_000).optional(),
  }),
]);

const Schema = z.object({
  type: z.literal("object"),
  properties: z.record(z.string().regex(NAME), Option).refine((all) => Object.keys(all).length <= 50, "At most 50 options."),
  required: z.array(z.string().regex(NAME)).max(50).default([]),
});
export type DeclaredSchema = z.infer<typeof Schema>;
type DeclaredOption = z.infer<typeof Option>;

export const Declared = z.object({
  hooks: z.array(z.string().max(40)).max(20),
  title: z.string().max(200).nullish(),
  description: Words.nullish(),
  config: Schema.nullish(),
  hosts: z
    .array(z.string().refine((host) => whyNotAHost(host) === null, "is no host"))
    .max(MAX_HOSTS)
    .nullish(),
  secrets: z.array(z.string().regex(NAME)).max(MAX_SECRETS).nullish(),
  permissions: z
    .array(z.enum(["mail", "files"]))
    .max(2)
    .nullish(),
  schedule: z
    .string()
    .max(100)
    .superRefine((text, check) => {
      const why = whyNotASchedule(text);
      if (why !== null) check.addIssue({ code: "custom", message: why });
    })
    .nullish(),
});
export type Declared = z.infer<typeof Declared>;

/** The configuration with its defaults, or everything that is wrong with it. */
export function checkConfig(schema: DeclaredSchema | null | undefined, given: Record<string, unknown>): Record<string, unknown> {
  // A plugin that asks for nothing may still be given something: it is its author's business.
  if (schema === null || schema === undefined) return given;
  const issues: Issue[] = [];
  const complain = (name: string, message: string, code: string) => issues.push({ path: `config.${name}`, message, code });
  const config: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(schema.properties)) {
    const value = given[name] ?? option.default;
    if (value === undefined) {
      if (schema.required.includes(name)) complain(name, "is needed.", "required");
      continue;
    }
    const why = whyNot(option, value);
    if (why === null) config[name] = value;
    else complain(name, why, "not_valid");
  }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(schema.properties, name)) complain(name, "The plugin has no such option.", "unknown");
  if (issues.length > 0) throw new InvalidError("The configuration is not what the plugin asks for.", issues, "invalid_config");
  return config;
}

function whyNot(option: DeclaredOption, value: unknown): string | null {
  switch (option.type) {
    case "string": {
      if (typeof value !== "string") return "must be text.";
      if (option.enum !== undefined && !option.enum.includes(value)) return `must be one of ${option.enum.join(", ")}.`;
      if (value.length < (option.minLength ?? 0)) return `must have at least ${option.minLength} characters.`;
      return value.length > (option.maxLength ?? 10_000) ? `may have at most ${option.maxLength ?? 10_000} characters.` : null;
    }
    case "number":
    case "integer": {
      if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number.";
      if (option.type === "integer" && !Number.isInteger(value)) return "must be a whole number.";
      if (value < (option.minimum ?? -Infinity)) return `must be at least ${option.minimum}.`;
      return value > (option.maximum ?? Infinity) ? `may be at most ${option.maximum}.` : null;
    }
    case "boolean":
      return typeof value === "boolean" ? null : "must be true or false.";
    case "array": {
      if (!Array.isArray(value)) return "must be a list.";
      if (value.length > (option.maxItems ?? 1_000)) return `may have at most ${option.maxItems ?? 1_000} members.`;
      const wrong = value.findIndex(
        (item) => whyNot({ type: "string", enum: option.items.enum, maxLength: option.items.maxLength }, item) !== null,
      );
      return wrong < 0 ? null : `member ${wrong} is not valid.`;
    }
  }
}
