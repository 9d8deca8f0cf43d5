// A new password by way of a link in a mail. It ends every session: whoever had taken over the account is out.
import type { ServiceContext } from "../../shared/context";
import { assertGoodPassword } from "./assert-password";
import { createAuth } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";

export async function resetPassword(ctx: ServiceContext, input: { token: string; newPassword: string }): Promise<void> {
  assertGoodPassword(input.newPassword, "", "new_password");
  await callAuth(
    createAuth(ctx).api.resetPassword({ body: { newPassword: input.newPassword, token: input.token }, headers: clientHeaders(ctx) }),
  );
}
