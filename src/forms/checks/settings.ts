// pure. Settings under which nobody could answer, or that name what the form does not have.
import { isTimeZone } from "../../shared/wall-clock";
import type { FormSchema } from "../definition/types";
import { indexForm } from "../fields";
import { whyUnfit } from "./limits";
import { quoted, type Report } from "./report";

const LISTS: ReadonlySet<string> = new Set(["multi_select", "checkboxes", "ranking"]);
const NOT_COUNTED: ReadonlySet<string> = new Set(["file", "signature", "matrix", "address", "date_range"]);

export function checkSettings(schema: FormSchema, report: Report): void {
  const { settings } = schema;
  if (settings === undefined) return;
  const { opens_at: opens, closes_at: closes, redirect_url: redirect, timezone, allowed_origins: origins = [] } = settings;
  for (const [name, moment] of [["opens_at", opens] as const, ["closes_at", closes] as const]) {
    if (moment !== undefined && Number.isNaN(Date.parse(moment)))
      report(`settings.${name}`, "bad_datetime", `${quoted(moment)} is not a time.`);
  }
  if (opens !== undefined && closes !== undefined && Date.parse(opens) >= Date.parse(closes)) {
    report("settings.closes_at", "closes_before_opening", "The form would close before it opens.");
  }
  if (redirect !== undefined && !/^https?:$/.test(URL.parse(redirect)?.protocol ?? "")) {
    report("settings.redirect_url", "bad_url", "Give an address beginning with https://.");
  }
  if (timezone !== undefined && !isTimeZone(timezone))
    report("settings.timezone", "bad_timezone", `${quoted(timezone)} is not a time zone, such as Europe/Berlin.`);
  origins.forEach((origin, index) => {
    if (origin !== "*" && URL.parse(origin)?.origin !== origin) {
      report(`settings.allowed_origins.${index}`, "bad_origin", `${quoted(origin)} is not an origin, such as https://example.com.`);
    }
  });
  checkQuotas(schema, report);
  checkDuplicates(schema, report);
}

function checkQuotas(schema: FormSchema, report: Report): void {
  const seen = new Set<string>();
  schema.settings?.quotas?.forEach(({ field: name, value }, index) => {
    const path = `settings.quotas.${index}`;
    const reason = whyUncounted(schema, name);
    if (reason !== null) report(`${path}.field`, "unknown_field", reason);
    const field = indexForm(schema).anyNamed.get(name)?.field;
    if (reason === null && field !== undefined) {
      const unfit = whyUnfit({ ...field, validation: undefined }, LISTS.has(field.type) ? [value] : value);
      if (unfit !== null) report(`${path}.value`, "unknown_value", `${quoted(value)} is not a value of ${quoted(name)}: ${unfit}`);
    }
    const key = JSON.stringify([name, value]);
    if (seen.has(key)) report(path, "duplicate_quota", "There is another quota for the same answer.");
    seen.add(key);
  });
}

function checkDuplicates(schema: FormSchema, report: Report): void {
  const by = schema.settings?.duplicates?.by;
  if (by === undefined || by === "ip" || by === "none") return;
  const reason = by.startsWith("field:")
    ? whyUncounted(schema, by.slice("field:".length))
    : `${quoted(by)} is not ip, none or field:<name>.`;
  if (reason !== null) report("settings.duplicates.by", "unknown_field", reason);
}

/** Only what one response has one plain value of can be counted or told apart by. */
function whyUncounted(schema: FormSchema, name: string): string | null {
  const info = indexForm(schema).anyNamed.get(name);
  if (info === undefined) return `There is no field ${quoted(name)}.`;
  if (info.repeats.length > 0) return `${quoted(name)} is in a repeating group: one response may have several of it.`;
  if (info.read === null || NOT_COUNTED.has(info.field.type)) return `A field of type ${info.field.type} cannot be used here.`;
  return null;
}
