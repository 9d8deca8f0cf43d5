// pure. Answers that are text: short and long, e-mail, phone, web address, hidden.
import { plural, type ReadableField, type Reader, type Reading } from "./read";

const MAX_LENGTH: Record<string, number> = { short_text: 2_000, long_text: 50_000, hidden: 2_000 };

/** Text that can be stored and shown anywhere: NUL ends strings in other tools, half a surrogate pair has no UTF-8. */
export function cleanText(raw: unknown, reading: Reading, part?: string): string | undefined {
  if (typeof raw !== "string") return reading.refuse("wrong_type", "Please enter text.", part);
  if (raw.includes("\0") || /\p{Surrogate}/u.test(raw)) {
    return reading.refuse("bad_text", "Please remove the characters that cannot be read.", part);
  }
  return raw.normalize("NFC").trim();
}

export const readText: Reader = (raw, field, reading) => {
  const { type } = field.field;
  const clean = cleanText(raw, reading);
  if (clean === undefined) return undefined;
  const text = type === "long_text" ? clean.replace(/\r\n?/g, "\n") : clean.replace(/[\r\n\u2028\u2029]+/g, " ");
  checkText(text, field, reading, MAX_LENGTH[type] ?? 2_000);
  return text;
};

/** People's own characters are counted, not UTF-16 units: an emoji is one. */
function checkText(text: string, { pattern }: ReadableField, reading: Reading, most: number): void {
  const { min_length: least = 0, max_length: longest = most } = reading.validation;
  const max = Math.min(longest, most);
  const count = text.length > max || text.length < least * 2 ? [...text].length : text.length;
  if (count < least) reading.limit("too_short", `Please enter at least ${plural(least, "character")}.`);
  if (count > max) reading.limit("too_long", `Please enter at most ${plural(max, "character")}.`);
  else if (pattern !== null) {
    if (text.length > pattern.maxLength) reading.limit("too_long", `Please enter at most ${plural(pattern.maxLength, "character")}.`);
    else if (!pattern.test(text)) reading.limit("pattern", "Please check this answer: it is not in the expected form.");
  }
}

const EMAIL = /^[^\s@"(),:;<>[\]\\]+@([\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

export const readEmail: Reader = (raw, field, reading) => {
  const text = cleanText(raw, reading);
  if (text === undefined) return undefined;
  const at = text.lastIndexOf("@");
  // The part before the @ is the mail host's to interpret: it may tell upper from lower case.
  const address = text.slice(0, at + 1) + text.slice(at + 1).toLowerCase();
  const local = text.slice(0, Math.max(at, 0));
  if (address.length > 254 || local.length > 64 || !EMAIL.test(address) || /^\.|\.\.|\.$/.test(local)) {
    return reading.refuse("bad_email", "Please enter an e-mail address, like name@example.com.");
  }
  checkText(address, field, reading, 254);
  return address;
};

const BAD_PHONE = "Please enter a phone number with its country code, like +49 30 901820.";

export const readPhone: Reader = (raw, field, reading) => {
  const text = cleanText(raw, reading);
  if (text === undefined) return undefined;
  if (text.length > 40) return reading.refuse("bad_phone", BAD_PHONE);
  const international = text.replace(/^tel:/i, "").replace(/^\s*00/, "+");
  const digits = international.replace(/^(\+[\d\s]*)\(0\)/, "$1").replace(/[\s().\-/\u00a0\u2010-\u2015]/g, "");
  const number = digits.startsWith("+") ? digits : withCountry(digits, reading.validation.country);
  if (number === null) return reading.refuse("phone_needs_country", BAD_PHONE);
  if (!/^\+[1-9]\d{6,14}$/.test(number)) return reading.refuse("bad_phone", BAD_PHONE);
  checkText(number, field, reading, 16);
  return number;
};

/** National numbers are written with a trunk prefix that does not survive abroad: 8 in +7, 1 in +1, 0 elsewhere but Italy. */
function withCountry(digits: string, country: string | undefined): string | null {
  if (country === undefined) return null;
  if (country === "+39") return country + digits;
  if (country === "+1" || country === "+7") return country + (digits.length === 11 ? digits.slice(1) : digits);
  return country + digits.replace(/^0/, "");
}

const BAD_URL = "Please enter a web address, like https://example.com.";

export const readUrl: Reader = (raw, field, reading) => {
  const text = cleanText(raw, reading);
  if (text === undefined) return undefined;
  if (text.length > 2_048 || /\s/.test(text)) return reading.refuse("bad_url", BAD_URL);
  const whole = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(whole);
  } catch {
    return reading.refuse("bad_url", BAD_URL);
  }
  // Only these two can be put behind a link without running anything; a bare word is a typing slip rather than a host.
  const reachable = url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("[");
  if (!/^https?:$/.test(url.protocol) || !reachable || url.href.length > 2_048) return reading.refuse("bad_url", BAD_URL);
  checkText(url.href, field, reading, 2_048);
  return url.href;
};
