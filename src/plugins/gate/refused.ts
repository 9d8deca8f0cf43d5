import type { z } from "zod";

/** A call that a plugin may not make, or not like this. Its sentence is for the plugin's author. */
export class RefusedCall extends Error {}

export function parseCall<S extends z.ZodType>(schema: S, argument: unknown): z.infer<S> {
  const parsed = schema.safeParse(argument);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RefusedCall(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`.replace(/^: /, ""));
}
