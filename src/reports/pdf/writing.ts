// pure. How times, numbers and lengths are written in a report.
import { decimalText } from "../../charts";
import { isRightToLeft, type Language, type Words, wordsOf } from "./words";

export interface Writing {
  language: Language;
  /** For `Intl`. Arabic keeps the digits of the charts: one report, one kind of digit. */
  locale: string;
  timezone: string;
  rightToLeft: boolean;
  words: Words;
  date(time: number): string;
  dateTime(time: number): string;
  /** "1 – 31 March 2026" */
  range(from: number, to: number): string;
  /** Short, for an axis: "3 Mar". */
  day(isoDate: string): string;
  month(isoDate: string): string;
  dayOf(time: number): string;
  number(value: number, digits?: number): string;
  money(value: number, currency: string | undefined): string;
  seconds(value: number): string;
}

export function writingOf(language: Language, timezone: string, own: Partial<Words> = {}): Writing {
  const locale = language === "en" ? "en-GB" : language === "ar" ? "ar-u-nu-latn" : language;
  const at = (options: Intl.DateTimeFormatOptions, zone = timezone) => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  const date = at({ day: "numeric", month: "long", year: "numeric" });
  const dateTime = at({ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = at({ day: "numeric", month: "short" }, "UTC");
  const month = at({ month: "short", year: "numeric" }, "UTC");
  const iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: timezone });
  return {
    language,
    locale,
    timezone,
    rightToLeft: isRightToLeft(language),
    words: wordsOf(language, own),
    date: (time) => date.format(time),
    dateTime: (time) => dateTime.format(time),
    range: (from, to) => date.formatRange(from, to),
    day: (text) => day.format(Date.parse(`${text}T00:00:00Z`)),
    month: (text) => month.format(Date.parse(`${text}T00:00:00Z`)),
    dayOf: (time) => iso.format(time),
    number: (value, digits = 2) => decimalText(value, locale, digits),
    money: (value, currency) => {
      if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return decimalText(value, locale, 2);
      return new Intl.NumberFormat(locale, { style: "currency", currency }).format(value);
    },
    seconds: (value) => duration(value, locale),
  };
}

function duration(seconds: number, locale: string): string {
  const unit = (value: number, name: "second" | "minute" | "hour") =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  if (seconds < 60) return unit(Math.round(seconds), "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`;
  const rest = Math.round(seconds % 60);
  return rest === 0 || minutes >= 10 ? unit(minutes, "minute") : `${unit(minutes, "minute")} ${unit(rest, "second")}`;
}
