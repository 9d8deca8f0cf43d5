// pure. The name of a file, as a stranger gave it, made into one that is safe to show and to save under.
import { MAX_NAME } from "./limits";

const FALLBACK = "file";

export function plainName(given: string): string {
  const last = given.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  // Directions and other things that do not show would let `cod\u202Efdp.exe` read as a PDF.
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}<>:"|?*]+/gu, "")
    .trim()
    .replace(/^\.+/, "");
  return shortened(plain) || FALLBACK;
}

/** The ending stays: it says what the file is opened with. */
function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= MAX_NAME) return name;
  const ending = /\.[^.\s]{1,10}$/u.exec(name)?.[0] ?? "";
  return letters.slice(0, MAX_NAME - [...ending].length).join("") + ending;
}
