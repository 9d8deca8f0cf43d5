// Other ways to sign in, by configuration: the secret OIDC_PROVIDERS holds a JSON list of OpenID Connect providers.
import { z } from "zod";

const MAX_PROVIDERS = 20;

const OidcProvider = z.object({
  /** Part of addresses; `google` has its own two secrets. */
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .refine((id) => id !== "google"),
  name: z.string().min(1).max(60),
  discovery_url: z.url({ protocol: /^https$/ }),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(2_000),
});
export type OidcProvider = z.infer<typeof OidcProvider>;

const OidcProviders = z.array(OidcProvider).max(MAX_PROVIDERS);

/** A secret that cannot be read switches every one of them off, and `problem` says that it is so, without quoting it. */
export function readOidcProviders(env: Pick<Env, "OIDC_PROVIDERS">): { providers: OidcProvider[]; problem: string | null } {
  if (!env.OIDC_PROVIDERS) return { providers: [], problem: null };
  try {
    const parsed = OidcProviders.safeParse(JSON.parse(env.OIDC_PROVIDERS));
    if (parsed.success) return { providers: parsed.data, problem: null };
    return { providers: [], problem: `OIDC_PROVIDERS: ${parsed.error.issues.map(({ path }) => path.join(".")).join(", ")} not valid` };
  } catch {
    return { providers: [], problem: "OIDC_PROVIDERS is not JSON" };
  }
}
