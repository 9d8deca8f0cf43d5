// The form's own verdict on answers, as this domain's error.
import { calculateFor, evaluateAnswers, type FindUpload, type FormSchema } from "../forms";
import { InvalidError } from "../shared/errors";

type Verdict = Extract<ReturnType<typeof evaluateAnswers>, { ok: true }>;

export function evaluateOrRefuse(
  schema: FormSchema,
  raw: unknown,
  mode: "complete" | "partial",
  now: number,
  upload?: FindUpload,
): Verdict {
  const verdict = evaluateAnswers(schema, raw, { mode, now, known: { upload }, calculate: calculateFor(schema, now) });
  if (verdict.ok) return verdict;
  const unknown = verdict.issues.some((issue) => issue.code === "unknown_field");
  throw new InvalidError("Some answers are not valid; `errors` says which and why.", verdict.issues, unknown ? "unknown_field" : undefined);
}
