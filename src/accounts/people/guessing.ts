// A second bucket beside the one by client address: whoever guesses at one account from many addresses is slowed as well, and
// so is whoever makes our server write mail to strangers.

import type { ServiceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { RateLimitedError } from "../../shared/errors";
import { limitsAreOff } from "../../shared/limits-off";

const PERIOD_SECONDS = 60;

export async function slowGuessing(ctx: ServiceContext, what: string, subject: string): Promise<void> {
  if (limitsAreOff(ctx.env)) return;
  const { success } = await ctx.env.LIMIT_AUTH.limit({ key: `${what}:${await sha256Hex(subject.toLowerCase())}` });
  if (!success) throw new RateLimitedError(PERIOD_SECONDS);
}
