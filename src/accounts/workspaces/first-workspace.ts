import type { ServiceContext } from "../../shared/context";
import { insertWorkspace } from "./create-workspace";

/** Everybody who signs up on their own begins with a workspace, as its admin. */
export async function makeFirstWorkspace(ctx: ServiceContext, user: { id: string; name: string; email: string }): Promise<void> {
  const acting: ServiceContext = { ...ctx, actor: { kind: "person", userId: user.id, email: user.email, sessionId: "" } };
  await insertWorkspace(acting, user.id, `${user.name.slice(0, 60)}'s workspace`);
}
