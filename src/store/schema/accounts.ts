import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { ROLES } from "../../shared/context";

// better-auth speaks in Dates; on disk they are epoch milliseconds like everything else.
const time = (name: string) => integer(name, { mode: "timestamp_ms" });

export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** Always lower case. */
    email: text().notNull(),
    emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
    image: text(),
    /** The workspace last chosen. */
    activeWorkspaceId: text("active_workspace_id"),
    origin: text(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [uniqueIndex("users_by_email").on(t.email)],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: text("user_id").notNull(),
    /** Worth nothing alone: the cookie also carries its HMAC under APP_SECRET. */
    token: text().notNull(),
    /** The absolute limit; the idle one is counted from `lastUsedAt`. */
    expiresAt: time("expires_at").notNull(),
    lastUsedAt: time("last_used_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    origin: text(),
    /** Set just before the row is deleted, for the audit trigger: {reason, ip, user_agent, correlation_id}. */
    endedFrom: text("ended_from"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("sessions_by_token").on(t.token),
    index("sessions_by_user").on(t.userId, t.id),
    index("sessions_by_expiry").on(t.expiresAt),
  ],
);

export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    userId: text("user_id").notNull(),
    /** `credential` (e-mail and password) or `google`. */
    providerId: text("provider_id").notNull(),
    accountId: text("account_id").notNull(),
    /** scrypt, as better-auth makes it: `salt:hash`. */
    password: text(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: time("access_token_expires_at"),
    refreshTokenExpiresAt: time("refresh_token_expires_at"),
    scope: text(),
    origin: text(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [uniqueIndex("accounts_by_provider").on(t.providerId, t.accountId), index("accounts_by_user").on(t.userId)],
);

export const verifications = sqliteTable(
  "verifications",
  {
    id: text().primaryKey(),
    /** Hashed: what stands in a reset link is not in the store. */
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [index("verifications_by_identifier").on(t.identifier), index("verifications_by_expiry").on(t.expiresAt)],
);

export const workspaces = sqliteTable("workspaces", {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  /** Nobody gets in any more; what it holds is kept until it is erased. */
  deletedAt: integer("deleted_at"),
});

export const members = sqliteTable(
  "members",
  {
    workspaceId: text("workspace_id").notNull(),
    userId: text("user_id").notNull(),
    id: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.userId] }),
    uniqueIndex("members_by_id").on(t.id),
    index("members_by_workspace").on(t.workspaceId, t.id),
    index("members_by_user").on(t.userId, t.workspaceId),
  ],
);

export const invitations = sqliteTable(
  "invitations",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    email: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    tokenHash: text("token_hash").notNull(),
    status: text({ enum: ["pending", "accepted", "revoked"] }).notNull(),
    invitedBy: text("invited_by").notNull(),
    acceptedBy: text("accepted_by"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [uniqueIndex("invitations_by_token").on(t.tokenHash), index("invitations_by_workspace").on(t.workspaceId, t.id)],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    workspaceId: text("workspace_id").notNull(),
    name: text().notNull(),
    /** The first characters, so that a person can tell keys apart. */
    hint: text().notNull(),
    /** SHA-256: a key holds 192 random bits, so a slow hash would add nothing. */
    hash: text().notNull(),
    scopes: text({ mode: "json" }).notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
  },
  (t) => [uniqueIndex("api_keys_by_hash").on(t.hash), index("api_keys_by_workspace").on(t.workspaceId, t.id)],
);
