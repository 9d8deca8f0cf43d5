import type { ServiceContext } from "../../shared/context";
import { createAuth } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";

/** Following the link twice is no error: mail programs do it on their own. */
export async function verifyEmail(ctx: ServiceContext, token: string): Promise<void> {
  await callAuth(createAuth(ctx).api.verifyEmail({ query: { token }, headers: clientHeaders(ctx) }));
}
