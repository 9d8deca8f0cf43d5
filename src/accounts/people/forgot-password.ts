import type { ServiceContext } from "../../shared/context";
import { describeError } from "../../shared/log";
import { createAuth } from "./auth";
import { clientHeaders } from "./call-auth";
import { slowGuessing } from "./guessing";

/**
 * Answers before it has looked: for a known address there is more to do than for an unknown one, and the difference could be
 * measured. If this process dies just then, the person asks again.
 */
export async function forgotPassword(ctx: ServiceContext, email: string): Promise<void> {
  await slowGuessing(ctx, "forgot", email);
  const work = createAuth(ctx).api.requestPasswordReset({ body: { email: email.toLowerCase() }, headers: clientHeaders(ctx) });
  ctx.defer(work.catch((error: unknown) => ctx.log.error("password reset mail was not made", describeError(error))));
}
