// pure. From which sites a form takes anything.
import type { FormSettings } from "./types";

export function isOriginAllowed(settings: FormSettings | undefined, origin: string | null): boolean {
  const origins = settings?.allowed_origins ?? [];
  return origins.length === 0 || (origin !== null && origins.some((allowed) => allowed === "*" || normal(allowed) === normal(origin)));
}

function normal(origin: string): string {
  return origin.toLowerCase().replace(/\/+$/, "");
}
