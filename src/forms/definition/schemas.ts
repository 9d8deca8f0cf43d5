// What a draft may look like at the API's door: its shape alone. Whether it can work is decided when it is published.
import { z } from "zod";
import { plainText } from "../../shared/text";
import { looseJson, tooBig } from "./bounds";
import { normaliseRules } from "./normalise";
import { ACTIONS, COMPARISONS, CONDITIONS, FIELD_TYPES, type FormSchema, LIMITS, NAME_PATTERN } from "./types";

const Name = z.string().regex(NAME_PATTERN, "Use a lower-case letter, then lower-case letters, digits and underscores, 64 at most.");
const FieldPath = z.string().regex(/^[a-z][a-z0-9_]{0,63}(\.[^.\s]{1,200})?$/, "Name a field, or a part of one such as `home.country`.");
const Reference = z.string().min(1).max(64);
const Label = plainText(1_000);
const Pattern = z.string().max(LIMITS.patternLength);
const Count = z.number().int().min(0).max(1_000_000);

const OptionSchema = z.strictObject({ value: plainText(200).min(1), label: plainText(500) }).meta({ id: "FieldOption" });

const ComparisonSchema = z.strictObject({ condition: z.enum(COMPARISONS), field: Name, message: Label.optional() });

const ValidationSchema = z
  .strictObject({
    min: z
      .union([z.number(), z.string().max(40)])
      .optional()
      .meta({ description: "Least number, least count of a list, or first date (`2026-01-31`, `today`, `today+30d`)." }),
    max: z.union([z.number(), z.string().max(40)]).optional(),
    min_length: Count.optional(),
    max_length: Count.optional(),
    pattern: Pattern.optional().meta({ description: "A regular expression that the whole answer must match." }),
    message: Label.optional(),
    integer: z.boolean().optional(),
    decimals: z.number().int().min(0).max(15).optional(),
    country: z
      .string()
      .regex(/^\+[1-9]\d{0,2}$/, "Write the calling code, such as +49.")
      .optional(),
    accept: z.array(z.string().min(1).max(100)).max(50).optional(),
    max_size: z.number().int().min(1).optional(),
    compare: z.array(ComparisonSchema).max(10).optional(),
  })
  .meta({ id: "FieldValidation" });

const FieldSchema = z
  .strictObject({
    name: Name.meta({ example: "email" }),
    type: z.enum(FIELD_TYPES),
    label: Label.meta({ example: "Your e-mail" }),
    required: z.boolean().optional(),
    description: plainText(5_000).optional(),
    placeholder: Label.optional(),
    default: looseJson(20_000).optional(),
    options: z.array(OptionSchema).max(LIMITS.options).optional(),
    rows: z.array(OptionSchema).max(LIMITS.options).optional().meta({ description: "Matrix: its questions; `options` are its columns." }),
    validation: ValidationSchema.optional(),
    get fields() {
      return z.array(FieldSchema).max(LIMITS.fields).optional();
    },
    expression: z.string().max(2_000).optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    src: z.string().max(2_048).optional(),
  })
  .meta({ id: "Field" });

const ConditionSchema = z
  .strictObject({ field: FieldPath, condition: z.enum(CONDITIONS), value: looseJson(20_000).optional() })
  .meta({ id: "RuleCondition" });
const Conditions = z.array(ConditionSchema).max(LIMITS.conditionsPerRule);
const Targets = z.array(Reference).max(LIMITS.targetsPerAction);
const ActionSchema = z
  .strictObject({ action: z.enum(ACTIONS), targets: Targets.default([]), value: looseJson(20_000).optional() })
  .meta({ id: "RuleAction" });
const RuleId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const LongRule = z
  .strictObject({
    id: RuleId.optional(),
    when: z.union([z.strictObject({ all: Conditions }), z.strictObject({ any: Conditions })]),
    then: z.array(ActionSchema).max(LIMITS.actionsPerRule),
  })
  .meta({ id: "Rule" });

const ShortRule = z
  .strictObject({
    id: RuleId.optional(),
    source_field: FieldPath,
    condition: z.enum(CONDITIONS),
    value: looseJson(20_000).optional(),
    action: z.enum(ACTIONS),
    target_fields: Targets,
    action_value: looseJson(20_000).optional().meta({ description: "What `set_value` sets." }),
  })
  .meta({ id: "ShortRule", description: "Accepted and kept as the long form." });

const PageSchema = z
  .strictObject({
    name: Name,
    title: Label.optional(),
    description: plainText(5_000).optional(),
    fields: z.array(Reference).max(LIMITS.fields),
  })
  .meta({ id: "FormPage" });

const Moment = z.iso.datetime({ offset: true });
const Limit = z.number().int().min(1).max(1_000_000_000);

const SettingsSchema = z
  .strictObject({
    opens_at: Moment.optional(),
    closes_at: Moment.optional(),
    quota: z.strictObject({ limit: Limit }).optional(),
    quotas: z
      .array(z.strictObject({ field: Name, value: z.union([z.string().max(200), z.number(), z.boolean()]), limit: Limit }))
      .max(200)
      .optional(),
    duplicates: z
      .strictObject({ by: z.string().regex(/^(ip|none|field:[a-z][a-z0-9_]{0,63})$/, "Use `ip`, `none` or `field:<name>`.") })
      .optional(),
    min_fill_seconds: z.number().min(0).max(3_600).optional(),
    honeypot: z.boolean().optional(),
    turnstile: z.boolean().optional(),
    allowed_origins: z.array(z.string().min(1).max(255)).max(100).optional(),
    thank_you: plainText(10_000).optional(),
    redirect_url: z.string().max(2_048).optional(),
    shards: z.number().int().min(1).max(64).optional(),
    timezone: z.string().min(1).max(64).optional(),
  })
  .meta({ id: "FormSettings" });

const FormShape = z.strictObject({
  fields: z.array(FieldSchema).max(LIMITS.fields),
  pages: z.array(PageSchema).max(LIMITS.pages).optional(),
  rules: z
    .array(z.union([LongRule, ShortRule]))
    .max(LIMITS.rules)
    .optional(),
  theme: z.record(z.string().max(64), looseJson(20_000)).optional(),
  settings: SettingsSchema.optional(),
  languages: z.union([z.array(z.string().max(35)).max(50), z.record(z.string().max(35), looseJson(200_000))]).optional(),
});

/**
 * A form's schema as it comes in; what comes out is normalised. Depth is looked at before anything recurses: a body of
 * 1 MiB can nest deep enough to run a recursive parser out of stack.
 */
export const FormSchemaInput = z
  .preprocess((value, context) => {
    const problem = tooBig(value);
    if (problem === null) return value;
    context.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  }, FormShape)
  .transform(
    (shape): FormSchema => ({ ...shape, ...(shape.rules === undefined ? {} : { rules: normaliseRules(shape.rules) }) }) as FormSchema,
  )
  .meta({ id: "FormSchema", description: "Fields, pages, rules, look and settings of a form." });

export type FormSchemaInput = z.input<typeof FormSchemaInput>;
