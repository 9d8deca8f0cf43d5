// pure. A postal address.
import { isBlank, isObject, own, type Reader } from "./read";
import { cleanText } from "./text";

const PARTS = ["line1", "line2", "city", "region", "postal_code", "country"] as const;
const NEEDED = { line1: "the street and number", city: "the city", country: "the country" } as const;
const MAX_LENGTH = 200;

export const readAddress: Reader = (raw, _field, reading) => {
  if (!isObject(raw)) return reading.refuse("wrong_type", "Please enter an address.");
  for (const key of Object.keys(raw).slice(0, 20)) {
    if (!(PARTS as readonly string[]).includes(key))
      reading.refuse("unknown_field", "An address does not have this part.", key.slice(0, 100));
  }
  const address: Partial<Record<(typeof PARTS)[number], string>> = {};
  for (const part of PARTS) {
    const given = own(raw, part);
    if (isBlank(given)) continue;
    const text = cleanText(given, reading, part);
    if (text === undefined) continue;
    if (text.length > MAX_LENGTH) reading.refuse("too_long", `Please enter at most ${MAX_LENGTH} characters.`, part);
    address[part] = part === "country" && /^[a-z]{2}$/i.test(text) ? text.toUpperCase() : text.replace(/[\r\n]+/g, " ");
  }
  if (Object.keys(address).length === 0) return undefined;
  if (!reading.env.partial) {
    for (const [part, words] of Object.entries(NEEDED)) {
      if (isBlank(own(raw, part))) reading.refuse("required", `Please enter ${words}.`, part);
    }
  }
  return address;
};
