// pure. Limits that no answer can meet, patterns that may not run, defaults that their own field would refuse.
import { type Field, MULTI_CHOICE_TYPES, NUMBER_TYPES, TEXT_TYPES } from "../definition/types";
import { dateLimit, indexForm, isDate, layOut, numberRule, whyUnsafe } from "../fields";
import { quoted, type Report } from "./report";

const TEXT: ReadonlySet<string> = new Set(TEXT_TYPES);
const NUMBERS: ReadonlySet<string> = new Set(NUMBER_TYPES);
const MULTI: ReadonlySet<string> = new Set(MULTI_CHOICE_TYPES);
const DATES: ReadonlySet<string> = new Set(["date", "datetime", "date_range"]);
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const ANY_DAY = { now: 0, timezone: "UTC" };

export function checkLimits(field: Field, path: string, report: Report): void {
  const { validation, type } = field;
  if (validation === undefined) {
    checkSpan(field, path, report);
    return;
  }
  const { min, max, min_length: least, max_length: most, pattern } = validation;
  const place = `${path}.validation`;
  if (DATES.has(type)) checkDateLimits(min, max, place, report);
  else if (type === "time") checkTimeLimits(min, max, place, report);
  else {
    for (const [name, limit] of [["min", min] as const, ["max", max] as const]) {
      if (typeof limit === "string") report(`${place}.${name}`, "bad_limit", `The ${name} of a field of type ${type} is a number.`);
    }
    checkSpan(field, path, report);
  }
  if (least !== undefined && most !== undefined && least > most)
    report(`${place}.min_length`, "min_above_max", "No text is both as long and as short as this asks.");
  if (pattern !== undefined && pattern !== "") {
    const reason = TEXT.has(type) ? whyUnsafe(pattern) : `a field of type ${type} has no text to match`;
    if (reason !== null) report(`${place}.pattern`, "bad_pattern", `This pattern cannot be used: ${reason}.`);
  }
}

function checkSpan(field: Field, path: string, report: Report): void {
  const { type, options = [] } = field;
  const { min, max } = NUMBERS.has(type) ? numberRule({ field }) : (field.validation ?? {});
  if (typeof min === "number" && typeof max === "number" && min > max) {
    report(`${path}.validation.min`, "min_above_max", `Nothing is at least ${min} and at most ${max}.`);
  }
  if (MULTI.has(type) && typeof min === "number" && options.length > 0 && min > options.length) {
    report(`${path}.validation.min`, "min_above_max", `There are only ${options.length} options to choose from.`);
  }
}

function checkDateLimits(min: unknown, max: unknown, place: string, report: Report): void {
  for (const [name, limit] of [["min", min] as const, ["max", max] as const]) {
    if (limit !== undefined && dateLimit(limit, ANY_DAY) === null) {
      report(`${place}.${name}`, "bad_limit", `${quoted(limit)} is not a date: write 2026-01-31, today or today+30d.`);
    }
  }
  if (
    isDate(min) && isDate(max)
      ? min > max
      : isRelative(min) && isRelative(max) && (dateLimit(min, ANY_DAY) ?? "") > (dateLimit(max, ANY_DAY) ?? "")
  ) {
    report(`${place}.min`, "min_above_max", "No date is as late and as early as this asks.");
  }
}

function checkTimeLimits(min: unknown, max: unknown, place: string, report: Report): void {
  for (const [name, limit] of [["min", min] as const, ["max", max] as const]) {
    if (limit !== undefined && !(typeof limit === "string" && TIME.test(limit)))
      report(`${place}.${name}`, "bad_limit", `${quoted(limit)} is not a time: write 09:30.`);
  }
  if (typeof min === "string" && typeof max === "string" && min > max)
    report(`${place}.min`, "min_above_max", "No time is as late and as early as this asks.");
}

function isRelative(limit: unknown): boolean {
  return typeof limit === "string" && limit.startsWith("today");
}

export function checkDefault(field: Field, path: string, report: Report): void {
  if (field.default === undefined || field.default === null) return;
  const reason = whyUnfit(field, field.default);
  if (reason !== null) report(`${path}.default`, "bad_default", `The default does not fit the field: ${reason}`);
}

/** What the field would say to this value, or null. Limits that move with the day cannot be held against it. */
export function whyUnfit(field: Field, value: unknown): string | null {
  const { min, max, ...others } = field.validation ?? {};
  const validation = { ...others, min: isRelative(min) ? undefined : min, max: isRelative(max) ? undefined : max, message: undefined };
  const alone = indexForm({ fields: [{ ...field, default: undefined, validation }] });
  const [info] = alone.fields;
  if (info === undefined || (info.read === null && field.type !== "repeat")) return `a field of type ${field.type} is not given a value.`;
  const answers = layOut(alone, { [field.name]: value }, { ...ANY_DAY, partial: false });
  return [...answers.issues, ...answers.slots.flatMap((slot) => slot.problems)][0]?.message ?? null;
}
