// Answers from the past, through the door that every answer takes.
import { acceptResponse, type VisitFacts } from "../../../src/responses";
import { asSystem } from "../../../src/shared/context";
import { testContext } from "../../support/context";

const DAY = 86_400_000;
const NOBODY: VisitFacts = { origin: null, referrer: null, country: null, userAgent: null };

export interface PastAnswer {
  at: number;
  data?: Record<string, unknown>;
  visit?: Partial<VisitFacts>;
}

export async function submitPast(form: { formId: string; workspaceId: string }, answers: readonly PastAnswer[]): Promise<void> {
  for (let i = 0; i < answers.length; i += 40) {
    await Promise.all(
      answers.slice(i, i + 40).map(({ at, data = { name: "Ada" }, visit = {} }) =>
        acceptResponse(asSystem(testContext({ now: () => at }), form.workspaceId), {
          formId: form.formId,
          data,
          status: "complete",
          submittedAt: at,
          visit: { ...NOBODY, ...visit },
          validators: null,
        }),
      ),
    );
  }
}

/** So many at noon UTC of each of the last days that are over, by weekday (Sunday is 0). */
export async function submitOn(
  form: { formId: string; workspaceId: string },
  days: number,
  many: (weekday: number) => number,
): Promise<void> {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const answers = Array.from({ length: days }, (_, i) => today - (days - i) * DAY + DAY / 2).flatMap((noon) =>
    Array.from({ length: many(new Date(noon).getUTCDay()) }, () => ({ at: noon })),
  );
  await submitPast(form, answers);
}
