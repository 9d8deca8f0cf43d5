// Sign up with e-mail and password. The answer is the same whether the address is known or not; what differs is the mail.
import { eq } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { tables } from "../../store";
import { acceptAsNewPerson, openInvitationFor } from "../invitations/accept";
import { assertGoodPassword } from "./assert-password";
import { createAuth } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";
import { slowGuessing } from "./guessing";
import { whoFrom } from "./origin";

export interface SignUpInput {
  name: string;
  email: string;
  password: string;
  /** From an invitation's link: it was read in that mailbox, so the address needs no other proof. */
  invitationToken?: string;
}

export async function signUp(ctx: ServiceContext, input: SignUpInput): Promise<{ verified: boolean }> {
  const email = input.email.toLowerCase();
  assertGoodPassword(input.password, email, "password");
  await slowGuessing(ctx, "sign-up", email);
  const body = { name: input.name, email, password: input.password };
  if (input.invitationToken === undefined) {
    await callAuth(createAuth(ctx).api.signUpEmail({ body, headers: clientHeaders(ctx) }));
    return { verified: false };
  }
  // Before anything is written: a wrong token or another address must not leave an account behind.
  const invitation = await openInvitationFor(ctx, input.invitationToken, email);
  const auth = createAuth(ctx, {
    verificationMail: false,
    userCreated: async (user) => {
      await ctx.db
        .update(tables.users)
        .set({ emailVerified: true, origin: whoFrom(ctx) })
        .where(eq(tables.users.id, user.id));
      await acceptAsNewPerson(ctx, invitation, user);
    },
  });
  await callAuth(auth.api.signUpEmail({ body, headers: clientHeaders(ctx) }));
  return { verified: true };
}
