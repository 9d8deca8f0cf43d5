// Asks Cloudflare Turnstile whether the token that came with a submit was earned by a person. Once a token, so it is asked last.
import type { FormSettings } from "../forms";
import type { ServiceContext } from "../shared/context";
import { InvalidError, UnavailableError } from "../shared/errors";
import { describeError } from "../shared/log";

const VERIFY_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const TIME_LIMIT_MS = 4_000;

/** The way to the verifier; tests put their own in its place. */
export type Ask = (url: string, init: RequestInit) => Promise<Response>;

export async function assertHuman(
  ctx: Pick<ServiceContext, "env" | "client" | "log">,
  settings: FormSettings | undefined,
  token: string | undefined,
  ask: Ask = fetch,
): Promise<void> {
  if (settings?.turnstile !== true) return;
  const secret = ctx.env.TURNSTILE_SECRET;
  // The owner asked for the check; letting everybody through because it is not set up would be the opposite.
  if (secret === undefined) throw new UnavailableError("The check for people is asked for, but not set up here.");
  if (token === undefined) throw notHuman();
  const body = new URLSearchParams({ secret, response: token, ...(ctx.client.ip === null ? {} : { remoteip: ctx.client.ip }) });
  let verdict: { success?: unknown };
  try {
    const reply = await ask(VERIFY_URL, { method: "POST", body, signal: AbortSignal.timeout(TIME_LIMIT_MS), redirect: "manual" });
    verdict = await reply.json();
  } catch (error) {
    ctx.log.warn("Turnstile did not answer", describeError(error));
    throw new UnavailableError("The check for people does not answer just now; please try again.");
  }
  if (verdict.success !== true) throw notHuman();
}

function notHuman(): InvalidError {
  const message = "Solve the check again and send its token.";
  return new InvalidError("The check for people was not passed.", [{ path: "turnstile_token", message, code: "not_human" }], "not_human");
}
