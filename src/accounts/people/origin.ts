// From where something was done, as JSON for the `origin` columns that the audit triggers read.
import type { ServiceContext } from "../../shared/context";

export function whoFrom(ctx: ServiceContext, extra: Record<string, string> = {}): string {
  return JSON.stringify({ ...extra, ip: ctx.client.ip, user_agent: ctx.client.userAgent, correlation_id: ctx.correlationId });
}
