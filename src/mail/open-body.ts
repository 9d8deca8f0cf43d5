import { z } from "zod";
import { openSealed } from "../shared/crypto";
import { MAIL_PURPOSE } from "./message";

const Body = z.object({ html: z.string(), text: z.string() });

export async function openBody(env: Env, sealed: string): Promise<z.infer<typeof Body>> {
  return Body.parse(JSON.parse(await openSealed(env, MAIL_PURPOSE, sealed)));
}
