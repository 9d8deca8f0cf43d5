// pure. What a file as a whole is written in: from which side, and in which language, as far as anybody knows.

import { isRightToLeft, type Side } from "./docx/text";
import type { ExportSource } from "./format";

/** A form may call a language as it likes; Word knows tags. */
const TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;
const FROM_RIGHT = /^(ar|arc|ckb|dv|fa|he|iw|ku-arab|nqo|ps|sd|syr|ug|ur|yi)(-|$)/i;

type Spoken = Pick<ExportSource, "meta" | "schemas">;

/** Of the questions, which Word asks before it breaks words and reads aloud. */
export function languageOf({ meta, schemas }: Spoken): string | null {
  const named = schemas.at(-1)?.languages;
  const language = meta.language ?? (Array.isArray(named) ? named[0] : undefined);
  return language !== undefined && TAG.test(language) ? language : null;
}

export function sideOf(source: Spoken): Side {
  return isFromRight(source) ? "right" : "left";
}

export function isFromRight(source: Spoken): boolean {
  const language = languageOf(source);
  return language === null ? isRightToLeft(source.meta.title) : FROM_RIGHT.test(language);
}
