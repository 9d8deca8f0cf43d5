// A validator: refuses a submission with words that are not welcome, or only notes that it has some.
import { type ConfigSchema, FormPlugin, type SubmissionPayload, type Verdict } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    words: { type: "array", items: { type: "string", maxLength: 50 }, title: "Words", maxItems: 500 },
    mode: { type: "string", title: "What to do", enum: ["refuse", "note"], default: "refuse" },
    message: { type: "string", title: "Message", default: "Please put this in other words.", maxLength: 200 },
  },
  required: ["words"],
} as const satisfies ConfigSchema;

/** As they are commonly put in for letters. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

export default class ProfanityGuard extends FormPlugin<typeof config> {
  static override title = "Profanity guard";
  static override description = "Looks at texts before they are taken.";
  static override config = config;

  override validate(submission: SubmissionPayload): Verdict | undefined {
    const unwelcome = new Set(this.config.words.map(plain));
    const found = Object.entries(submission.data).filter(([, value]) => wordsOf(value).some((word) => unwelcome.has(word)));
    if (found.length === 0) return undefined;
    if (this.config.mode === "note") return { annotations: { profanity: found.length } };
    return { errors: found.map(([field]) => ({ field, message: this.config.message })) };
  }
}

function wordsOf(value: unknown): string[] {
  if (typeof value === "string")
    return value
      .split(/[\s.,;:?"()/-]/)
      .filter((word) => word !== "")
      .map(plain);
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(wordsOf) : [];
}

function plain(word: string): string {
  let out = "";
  for (const letter of word.toLowerCase()) out += LOOKALIKES[letter] ?? letter;
  return out;
}
