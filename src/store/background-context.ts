// The context of work that no request is waiting for: a queue message, a cron trigger, an alarm.
import type { ServiceContext } from "../shared/context";
import { createLogger } from "../shared/log";
import { openDatabase } from "./index";

/** It acts for nobody until `asSystem` names a workspace. */
export function backgroundContext(env: Env, execution: Pick<ExecutionContext, "waitUntil">, correlationId: string): ServiceContext {
  return {
    env,
    db: openDatabase(env.DB),
    log: createLogger({ correlation_id: correlationId }),
    correlationId,
    actor: { kind: "anonymous" },
    client: { ip: null, userAgent: null },
    now: Date.now,
    defer: (work) => execution.waitUntil(work),
  };
}
