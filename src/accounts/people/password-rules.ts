// Which passwords are refused. Pure. Length is what counts; beyond it only what a guesser tries first is turned away.
import { PASSWORD_MAX, PASSWORD_MIN } from "../settings";

// Beginnings that fill most leaked lists at ten characters and more; digits and signs tacked on do not rescue them.
const COMMON_WORDS = [
  "password",
  "passw0rd",
  "p@ssw0rd",
  "p@ssword",
  "qwerty",
  "qwertyuiop",
  "qwertz",
  "azerty",
  "asdfghjkl",
  "1q2w3e4r5t",
  "1qaz2wsx",
  "zaq12wsx",
  "iloveyou",
  "letmein",
  "welcome",
  "admin",
  "administrator",
  "changeme",
  "football",
  "baseball",
  "sunshine",
  "princess",
  "superman",
  "dragon",
  "monkey",
  "master",
  "trustno1",
  "whatever",
  "starwars",
  "headwater",
  "secret",
  "test",
];
const MAX_TAIL = 6;

/** Why this password is not taken, or null. */
export function whyWeak(password: string, email: string): { message: string; code: string } | null {
  if (password.length < PASSWORD_MIN) return { message: `Use at least ${PASSWORD_MIN} characters.`, code: "password_too_short" };
  if (password.length > PASSWORD_MAX) return { message: `Use at most ${PASSWORD_MAX} characters.`, code: "password_too_long" };
  const plain = password.normalize("NFKC").toLowerCase();
  const address = email.trim().toLowerCase();
  if (plain === address || plain === address.split("@")[0]) {
    return { message: "Use something else than your e-mail address.", code: "password_is_email" };
  }
  if (isCommon(plain)) return { message: "This password is among the first that a guesser tries.", code: "password_common" };
  return null;
}

function isCommon(plain: string): boolean {
  if (new Set(plain).size < 4 || isRun(plain)) return true;
  return COMMON_WORDS.some((word) => plain.startsWith(word) && isTail(plain.slice(word.length), word));
}

/** Nothing but digits and signs, or the word again. */
function isTail(rest: string, word: string): boolean {
  return rest === word || (rest.length <= MAX_TAIL && /^[\d\W_]*$/.test(rest));
}

/** 1234567890, abcdefghij, 9876543210. */
function isRun(plain: string): boolean {
  const steps = new Set<number>();
  for (let i = 1; i < plain.length; i++) steps.add(plain.charCodeAt(i) - plain.charCodeAt(i - 1));
  return [...steps].every((step) => step === 1 || step === -9) || [...steps].every((step) => step === -1 || step === 9);
}
