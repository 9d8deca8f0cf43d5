// After the answer: the author's words, or the way to where they want their visitors to go.
import type { PublishedForm } from "../../forms";
import { toHtml } from "../look/document";
import { PlainPage } from "../look/plain-page";
import { Text } from "../look/text";
import { languageOf } from "./page";
import { onwardsTo } from "./policy";

/** `endedBy` comes from the address: it can only choose among the words that the form itself has. */
export function thanksPage(form: PublishedForm, endedBy: string | undefined): string {
  const { settings } = form.schema;
  const ending = wordsOfEnding(form, endedBy);
  const onwards = ending === null ? onwardsTo(settings) : null;
  const words = ending ?? settings?.thank_you;
  return toHtml(
    // Going on is left to the page, not to the reply: a policy of form-action 'self' would hold back a redirect to another site.
    <PlainPage
      title={ending !== null ? form.title : words === undefined ? "Thank you" : "Your answers have arrived"}
      about={ending === null ? form.title : undefined}
      tone="good"
      lang={languageOf(form)}
      onwards={onwards?.href}
    >
      {words === undefined ? (
        <p class="strong">Your answers have arrived.</p>
      ) : (
        <div class="words">
          <Text text={words} />
        </div>
      )}
      {onwards !== null && (
        <a class="button" href={onwards.href}>
          Continue to {onwards.host}
        </a>
      )}
    </PlainPage>,
  );
}

function wordsOfEnding({ schema }: PublishedForm, rule: string | undefined): string | null {
  if (rule === undefined) return null;
  const ending = schema.rules?.find(({ id }) => id === rule)?.then.find(({ action }) => action === "end_form");
  return typeof ending?.value === "string" && ending.value.trim() !== "" ? ending.value : null;
}
