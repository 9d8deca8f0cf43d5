import type { Actor, ServiceContext } from "../shared/context";
import { ForbiddenError, UnauthenticatedError } from "../shared/errors";

export interface PersonContext extends ServiceContext {
  readonly actor: Extract<Actor, { userId: string }>;
}

/** Whatever the workspace: somebody who is signed in. */
export function assertPerson(ctx: ServiceContext): asserts ctx is PersonContext {
  const { kind } = ctx.actor;
  if (kind === "person" || kind === "member") return;
  if (kind === "key") throw new ForbiddenError("An API key cannot do this; it needs a signed-in person.");
  throw new UnauthenticatedError("This needs a signed-in person.");
}
