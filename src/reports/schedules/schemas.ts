// What a schedule may look like, at the door and again when its row is read: an older version may have written it.
import { z } from "zod";
import { plainText } from "../../shared/text";
import { CalculatedFieldInput, EXPORT_FORMATS, ExportOptions, TableRequest } from "../exports/request";
import { FREQUENCIES } from "./next-run";

const MAX_RECIPIENTS = 50;
export const MAX_SCHEDULES = 200;

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const Weekday = z
  .union([z.number().int().min(0).max(7), z.string().max(10)])
  .transform((given, context) => {
    const day =
      typeof given === "number" ? given || 7 : WEEKDAYS.findIndex((name) => given.length >= 3 && name.startsWith(given.toLowerCase())) + 1;
    if (day >= 1) return day;
    context.addIssue({ code: "custom", message: "Use 1 (Monday) to 7 (Sunday), or a name." });
    return z.NEVER;
  })
  .meta({ type: "integer", minimum: 0, maximum: 7, description: "1 is Monday, 7 (or 0) is Sunday; names are taken, too." });
const DayOfMonth = z
  .union([z.number().int().min(1).max(31), z.literal("last")])
  .meta({ description: "A month without that day runs on its last; `last` always does." });

/** Compared with the answer of the query: all of what is given must hold. */
const Comparison = z
  .strictObject({
    $gt: z.number().optional(),
    $gte: z.number().optional(),
    $lt: z.number().optional(),
    $lte: z.number().optional(),
    $eq: z.number().optional(),
    $ne: z.number().optional(),
  })
  .refine((is) => Object.keys(is).length > 0, { message: "Say what the answer is compared with." });

export const OnlyIf = z.strictObject({
  query: z
    .record(z.string().max(64), z.unknown())
    .meta({ description: "A question in the query language that comes to one number. Its filter may have a `window`." }),
  is: Comparison,
});
export type OnlyIf = z.infer<typeof OnlyIf>;

export const ScheduleOptions = ExportOptions.extend({
  fields: TableRequest.shape.fields,
  calculated_fields: z.array(CalculatedFieldInput).max(50).optional(),
  sort: TableRequest.shape.sort,
  skip_if_empty: z.boolean().optional().meta({ description: "Send nothing when there is nothing in it." }),
  only_if: OnlyIf.optional(),
  subject: plainText(200).optional(),
  message: plainText(2_000).optional().meta({ description: "Said in the mail before the figures." }),
  attach: z.boolean().optional().meta({ description: "False: always a link. Files over 10 MB are links anyway." }),
});
export type ScheduleOptions = z.infer<typeof ScheduleOptions>;

export const ScheduleFields = z.strictObject({
  form_id: z.string().min(1).max(64),
  name: plainText(200).min(1),
  frequency: z.enum(FREQUENCIES),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Write the time as 09:00.")
    .optional()
    .meta({ description: "On a clock there; 09:00 without it. Looked at every 15 minutes." }),
  weekday: Weekday.optional(),
  day: DayOfMonth.optional(),
  cron: z.string().max(200).optional(),
  timezone: z.string().min(1).max(64).default("UTC"),
  recipients: z.array(z.email().max(254)).min(1).max(MAX_RECIPIENTS),
  filters: z.record(z.string().max(100), z.unknown()).optional().meta({
    description: "The query language's filter; `window` adds one that moves with the run: `yesterday`, `last_week`, `since_last_run` …",
  }),
  format: z.enum(EXPORT_FORMATS),
  options: ScheduleOptions.optional(),
});
export type ScheduleFields = z.infer<typeof ScheduleFields>;

export const ScheduleChange = ScheduleFields.omit({ form_id: true })
  .partial()
  .extend({
    timezone: z.string().min(1).max(64).optional(),
    filters: ScheduleFields.shape.filters.nullable(),
    is_active: z.boolean().optional(),
  });
export type ScheduleChange = z.infer<typeof ScheduleChange>;
