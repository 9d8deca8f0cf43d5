// The fields that the routes of signing in share.
import { z } from "@hono/zod-openapi";
import { plainText } from "../../shared/text";

const MAX_EMAIL = 254;
const MAX_SECRET = 1_000;

export const Email = z
  .string()
  .trim()
  .pipe(z.email().max(MAX_EMAIL))
  .openapi({ type: "string", format: "email", example: "ada@example.org" });
export const PersonName = plainText(100).min(1).openapi({ example: "Ada Lovelace" });
/** How good it is, the domain decides; this only bounds it. */
export const Password = z.string().min(1).max(MAX_SECRET).openapi({ format: "password", example: "a long sentence is a good one" });
export const Token = z.string().min(1).max(MAX_SECRET).openapi({ example: "kD3…" });

export const UserView = z.object({ id: z.string(), name: z.string(), email: z.string() }).openapi("User");

export const MailSent = z.object({ status: z.literal("check_your_mail") });
