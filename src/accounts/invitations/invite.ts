// Inviting, inviting again, taking it back. The link's token is stored hashed; sending again makes a new one, so that only the
// newest mail works.
import { and, eq, lte, sql } from "drizzle-orm";
import { prepareMail } from "../../mail";
import { assertCan, type Role, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { slowGuessing } from "../people/guessing";
import { accountLink } from "../people/letters";
import { INVITATION_MS } from "../settings";
import { type Invitation, loadInvitation, toInvitation } from "./read-invitations";
import { newInvitationToken } from "./tokens";

const { invitations, members, users, workspaces } = tables;
/** Also what one workspace can make our mail server send to strangers. */
const MAX_OPEN = 200;

export async function invite(ctx: ServiceContext, input: { email: string; role: Role }): Promise<Invitation> {
  assertCan(ctx, "manage");
  const email = input.email.toLowerCase();
  await slowGuessing(ctx, "invite", ctx.workspaceId);
  await assertInvitable(ctx, email);
  const now = ctx.now();
  const { token, hash } = await newInvitationToken();
  const row: typeof invitations.$inferSelect = {
    id: newId("invitation", now),
    workspaceId: ctx.workspaceId,
    email,
    role: input.role,
    tokenHash: hash,
    status: "pending",
    invitedBy: "userId" in ctx.actor ? ctx.actor.userId : "headwater",
    acceptedBy: null,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + INVITATION_MS,
  };
  const mail = await invitationMail(ctx, row, token);
  const expired = and(
    eq(invitations.workspaceId, ctx.workspaceId),
    eq(invitations.email, email),
    eq(invitations.status, "pending"),
    lte(invitations.expiresAt, now),
  );
  try {
    await ctx.db.batch([
      ctx.db.update(invitations).set({ status: "revoked", updatedAt: now }).where(expired),
      // Fails the whole batch, mail and all, when another invitation for the address is open.
      ctx.db.insert(invitations).values(row),
      auditIfChanged(ctx, {
        workspaceId: ctx.workspaceId,
        action: "invitation.created",
        targetKind: "invitation",
        targetId: row.id,
        details: { email, role: input.role },
      }),
      mail.statement,
    ]);
  } catch (error) {
    if (isUniqueViolation(error))
      throw new ConflictError("There is an open invitation for this address: send that one again.", "already_invited");
    throw error;
  }
  await mail.wake();
  return toInvitation(row, now);
}

export async function resendInvitation(ctx: ServiceContext, id: string): Promise<Invitation> {
  assertCan(ctx, "manage");
  const row = await loadInvitation(ctx, id);
  await slowGuessing(ctx, "invite", ctx.workspaceId);
  const { token, hash } = await newInvitationToken();
  const mail = await invitationMail(ctx, row, token);
  const now = ctx.now();
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(invitations)
      .set({ tokenHash: hash, expiresAt: now + INVITATION_MS, updatedAt: now })
      .where(openInvitation(ctx, id))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "invitation.resent", targetKind: "invitation", targetId: id }),
  ]);
  const updated = changed[0];
  if (updated === undefined) throw notOpen();
  // After the batch, because a plain insert cannot be made to depend on it; lost in between, it is resent by hand.
  await mail.statement;
  await mail.wake();
  return toInvitation(updated, now);
}

export async function revokeInvitation(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "manage");
  await loadInvitation(ctx, id);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(invitations)
      .set({ status: "revoked", updatedAt: ctx.now() })
      .where(openInvitation(ctx, id))
      .returning({ id: invitations.id }),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "invitation.revoked", targetKind: "invitation", targetId: id }),
  ]);
  if (changed.length === 0) throw notOpen();
}

async function assertInvitable(ctx: WorkspaceContext, email: string): Promise<void> {
  const [already, open] = await ctx.db.batch([
    ctx.db
      .select({ id: members.id })
      .from(users)
      .innerJoin(members, and(eq(members.userId, users.id), eq(members.workspaceId, ctx.workspaceId)))
      .where(eq(users.email, email)),
    ctx.db
      .select({ n: sql<number>`count(*)` })
      .from(invitations)
      .where(and(eq(invitations.workspaceId, ctx.workspaceId), eq(invitations.status, "pending"))),
  ]);
  if (already.length > 0) throw new ConflictError("Whoever has this address is a member already.", "already_member");
  if ((open[0]?.n ?? 0) >= MAX_OPEN) throw new ConflictError(`There are ${MAX_OPEN} open invitations; revoke some first.`, "too_many");
}

async function invitationMail(ctx: WorkspaceContext, row: { email: string; role: Role }, token: string) {
  const workspace = await ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, ctx.workspaceId)).get();
  const inviter =
    "userId" in ctx.actor ? await ctx.db.select({ name: users.name }).from(users).where(eq(users.id, ctx.actor.userId)).get() : undefined;
  return prepareMail(ctx, {
    to: row.email,
    template: "invitation",
    workspaceId: ctx.workspaceId,
    data: {
      workspace: workspace?.name ?? "Headwater",
      inviter: inviter?.name ?? "An admin",
      role: row.role,
      url: accountLink(ctx.env, "invitation", token),
    },
  });
}

function openInvitation(ctx: WorkspaceContext, id: string) {
  return and(eq(invitations.workspaceId, ctx.workspaceId), eq(invitations.id, id), eq(invitations.status, "pending"));
}

function notOpen(): ConflictError {
  return new ConflictError("The invitation was accepted or revoked already.", "invitation_closed");
}

/** drizzle wraps what the store said. */
function isUniqueViolation(error: unknown): boolean {
  const texts = error instanceof Error ? [error.message, error.cause instanceof Error ? error.cause.message : ""] : [];
  return texts.some((text) => text.includes("UNIQUE constraint failed"));
}
