// pure. The form's questions in the language that an export asks for.
import { type FormSchema, inLanguage, languageNamed, languagesOf } from "../../forms";
import { InvalidError } from "../../shared/errors";

export interface Worded {
  schemas: readonly FormSchema[];
  /** As the form names it; null for the form's own. */
  language: string | null;
}

/** `schemas`: every published version, oldest first. One that does not have the language keeps its own words. */
export function wordedIn(schemas: readonly FormSchema[], asked: string | undefined): Worded {
  if (asked === undefined) return { schemas, language: null };
  const named = [...schemas].reverse().map((schema) => languageNamed(schema, asked));
  const language = named.find((name) => name !== null) ?? null;
  if (language === null) {
    const known = [...new Set(schemas.flatMap(languagesOf))];
    const message = known.length === 0 ? "The form is there in its own language alone." : `The form is there in ${known.join(", ")}.`;
    throw new InvalidError(
      "The form is not there in that language.",
      [{ path: "options.language", code: "unknown_language", message }],
      "unknown_language",
    );
  }
  return { schemas: schemas.map((schema) => inLanguage(schema, language)), language };
}
