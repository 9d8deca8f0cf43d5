import { z } from "zod";

// NUL ends strings in other people's tools, a lone surrogate cannot be written as UTF-8, and the other controls hide things.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is looked for.
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u;

/** Text that a person typed: trimmed, bounded, without control characters. */
export function plainText(maxLength: number) {
  return z
    .string()
    .trim()
    .max(maxLength)
    .refine((text) => !UNSAFE.test(text), { message: "Remove control characters and broken Unicode." });
}
