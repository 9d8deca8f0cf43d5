import type { ServiceContext } from "../../shared/context";
import { describeError } from "../../shared/log";
import { createAuth } from "./auth";
import { clientHeaders } from "./call-auth";
import { slowGuessing } from "./guessing";

/** As with a forgotten password, the answer does not wait to learn whether there is such an account. */
export async function resendVerification(ctx: ServiceContext, email: string): Promise<void> {
  await slowGuessing(ctx, "verify", email);
  const work = createAuth(ctx).api.sendVerificationEmail({ body: { email: email.toLowerCase() }, headers: clientHeaders(ctx) });
  ctx.defer(work.catch((error: unknown) => ctx.log.error("verification mail was not made", describeError(error))));
}
