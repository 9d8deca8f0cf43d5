// Following an invitation: by somebody signed in, or by somebody who signs up with it.
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Role, ServiceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { ConflictError, ForbiddenError, GoneError, NotFoundError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { assertPerson } from "../assert-person";
import { getWorkspace, type MyWorkspace } from "../workspaces/read-workspaces";

const { invitations, users, workspaces } = tables;

export interface OpenInvitation {
  id: string;
  workspaceId: string;
  workspaceName: string;
  email: string;
  role: Role;
}

/** What the holder of the link may see before deciding. */
export async function lookUpInvitation(ctx: ServiceContext, token: string): Promise<OpenInvitation> {
  const row = await ctx.db
    .select({ invitation: invitations, workspaceName: workspaces.name })
    .from(invitations)
    .innerJoin(workspaces, and(eq(workspaces.id, invitations.workspaceId), isNull(workspaces.deletedAt)))
    .where(eq(invitations.tokenHash, await sha256Hex(token)))
    .get();
  if (row === undefined) throw new NotFoundError("The invitation");
  const { invitation, workspaceName } = row;
  if (invitation.status === "accepted") throw new ConflictError("The invitation was accepted already.", "invitation_closed");
  if (invitation.status === "revoked") throw new GoneError("The invitation was taken back.", "invitation_revoked");
  if (invitation.expiresAt <= ctx.now()) throw new GoneError("The invitation has expired; ask for a new one.", "invitation_expired");
  const { id, workspaceId, email, role } = invitation;
  return { id, workspaceId, workspaceName, email, role };
}

export async function openInvitationFor(ctx: ServiceContext, token: string, email: string): Promise<OpenInvitation> {
  const invitation = await lookUpInvitation(ctx, token);
  // Else whoever gets hold of a forwarded mail gets in.
  if (invitation.email !== email.toLowerCase()) {
    throw new ForbiddenError("The invitation is for another e-mail address.", { reason: "other_address" });
  }
  return invitation;
}

export async function acceptInvitation(ctx: ServiceContext, token: string): Promise<MyWorkspace> {
  assertPerson(ctx);
  const invitation = await openInvitationFor(ctx, token, ctx.actor.email);
  const person = await ctx.db.select({ verified: users.emailVerified }).from(users).where(eq(users.id, ctx.actor.userId)).get();
  // Another provider may vouch for a person without vouching for the address.
  if (!person?.verified) throw new ForbiddenError("Confirm your e-mail address first.", { reason: "email_not_verified" });
  await join(ctx, invitation, ctx.actor.userId);
  return getWorkspace(ctx, invitation.workspaceId);
}

/** For sign-up, which has looked at the invitation before it made the person. */
export async function acceptAsNewPerson(
  ctx: ServiceContext,
  invitation: OpenInvitation,
  user: { id: string; email: string },
): Promise<void> {
  const acting: ServiceContext = { ...ctx, actor: { kind: "person", userId: user.id, email: user.email, sessionId: "" } };
  await join(acting, invitation, user.id);
}

async function join(ctx: ServiceContext, invitation: OpenInvitation, userId: string): Promise<void> {
  const now = ctx.now();
  const { id, workspaceId, role } = invitation;
  const [accepted] = await ctx.db.batch([
    ctx.db
      .update(invitations)
      .set({ status: "accepted", acceptedBy: userId, updatedAt: now })
      .where(and(eq(invitations.id, id), eq(invitations.status, "pending"), gt(invitations.expiresAt, now)))
      .returning({ id: invitations.id }),
    auditIfChanged(ctx, { workspaceId, action: "invitation.accepted", targetKind: "invitation", targetId: id }),
    // changes() now speaks of the audit row, which is there exactly when the invitation was taken.
    ctx.db.run(sql`
      INSERT INTO members (workspace_id, user_id, id, role, created_at, updated_at)
      SELECT ${workspaceId}, ${userId}, ${newId("member", now)}, ${role}, ${now}, ${now} WHERE changes() > 0
      ON CONFLICT (workspace_id, user_id) DO NOTHING`),
    auditIfChanged(ctx, { workspaceId, action: "member.added", targetKind: "user", targetId: userId, details: { role } }),
    ctx.db
      .update(users)
      .set({ activeWorkspaceId: workspaceId })
      .where(and(eq(users.id, userId), sql`changes() > 0`)),
  ]);
  if (accepted.length === 0) throw new ConflictError("The invitation was accepted or revoked already.", "invitation_closed");
}
