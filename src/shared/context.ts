// What every verb is handed: who asks, for which workspace, with which bindings, at what time.
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { ForbiddenError, UnauthenticatedError } from "./errors";
import type { Logger } from "./log";

export type Database = DrizzleD1Database<Record<string, never>>;

export const ROLES = ["viewer", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES = ["read", "write", "submit", "metrics"] as const;
export type Scope = (typeof SCOPES)[number];

export type Actor =
  | { kind: "anonymous" }
  /** Signed in, but in no workspace (yet). */
  | { kind: "person"; userId: string; email: string; sessionId: string }
  | { kind: "member"; userId: string; email: string; sessionId: string; workspaceId: string; role: Role }
  | { kind: "key"; keyId: string; workspaceId: string; scopes: readonly Scope[] }
  /** Who runs the service; of no workspace. */
  | { kind: "operator" }
  /** Headwater itself: cron, queue consumers, the seed. */
  | { kind: "system"; workspaceId: string };

export interface ServiceContext {
  readonly env: Env;
  readonly db: Database;
  readonly log: Logger;
  /** The request id of whoever started this, carried through queue messages and jobs. */
  readonly correlationId: string;
  readonly actor: Actor;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
  now(): number;
  /** Work that may outlive the reply. It must not be needed for the reply to be true. */
  defer(work: Promise<unknown>): void;
}

export interface WorkspaceContext extends ServiceContext {
  readonly workspaceId: string;
  readonly actor: Extract<Actor, { workspaceId: string }>;
}

// A key never manages people or keys: a leaked one must not be able to mint more or lock its owner out.
const NEEDS = {
  read: { role: "viewer", scope: "read" },
  write: { role: "editor", scope: "write" },
  delete: { role: "admin", scope: "write" },
  manage: { role: "admin", scope: null },
  submit: { role: "editor", scope: "submit" },
  metrics: { role: "admin", scope: "metrics" },
} as const satisfies Record<string, { role: Role; scope: Scope | null }>;

export type Permission = keyof typeof NEEDS;
export const PERMISSIONS = NEEDS;

function roleAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Why this actor may not, in words for its owner; null when it may. */
export function whyForbidden(actor: Actor, permission: Permission): string | null {
  const { role, scope } = NEEDS[permission];
  switch (actor.kind) {
    case "system":
      return null;
    case "member":
      return roleAtLeast(actor.role, role) ? null : `This needs the role ${role}; yours is ${actor.role}.`;
    case "key":
      if (scope === null) return "An API key cannot do this; sign in as an admin of the workspace.";
      return actor.scopes.includes(scope) ? null : `This needs an API key with the scope "${scope}".`;
    case "person":
      return "You are signed in, but not a member of this workspace.";
    case "operator":
      return "The operator's token changes the service, not a workspace.";
    case "anonymous":
      return "This needs a valid API key or a signed-in session.";
  }
}

export function assertCan(ctx: ServiceContext, permission: Permission): asserts ctx is WorkspaceContext {
  const reason = whyForbidden(ctx.actor, permission);
  if (ctx.actor.kind === "anonymous") throw new UnauthenticatedError();
  if (reason !== null) throw new ForbiddenError(reason);
}

/** The same context, acting as Headwater itself in one workspace. */
export function asSystem(ctx: ServiceContext, workspaceId: string): WorkspaceContext {
  return { ...ctx, workspaceId, actor: { kind: "system", workspaceId } };
}
