import type { ServiceContext } from "../../shared/context";
import { createAuth } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";
import { slowGuessing } from "./guessing";

export interface SignedIn {
  user: { id: string; name: string; email: string };
  /** `Set-Cookie` values, to be passed on as they are. */
  cookies: string[];
}

export async function signIn(ctx: ServiceContext, input: { email: string; password: string }): Promise<SignedIn> {
  await slowGuessing(ctx, "sign-in", input.email);
  const { headers, response } = await callAuth(
    createAuth(ctx).api.signInEmail({
      body: { email: input.email, password: input.password },
      headers: clientHeaders(ctx),
      returnHeaders: true,
    }),
  );
  const { id, name, email } = response.user;
  return { user: { id, name, email }, cookies: headers.getSetCookie() };
}
