/** Load tests turn rate limits off; in production they stay, whatever the setting says. */
export function limitsAreOff(env: Pick<Env, "LIMITS" | "ENVIRONMENT">): boolean {
  return env.LIMITS === "off" && env.ENVIRONMENT !== "production";
}
