import { z } from "zod";
import { unseal } from "../shared/crypto";
import { MAIL_PURPOSE } from "./message";

const Body = z.object({ html: z.string(), text: z.string() });

/** Opens what was sealed under this secret, or under the one before the last rotation. */
export async function openBody(env: Env, sealed: string): Promise<z.infer<typeof Body>> {
  const open = (secret: string) => unseal(secret, MAIL_PURPOSE, sealed);
  const previous = env.APP_SECRET_PREVIOUS;
  const text = await open(env.APP_SECRET).catch((error: unknown) => {
    if (previous === undefined) throw error;
    return open(previous);
  });
  return Body.parse(JSON.parse(text));
}
