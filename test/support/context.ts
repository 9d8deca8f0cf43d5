// The context of a verb that is called without a request.
import { env } from "cloudflare:test";
import type { ServiceContext } from "../../src/shared/context";
import { createLogger } from "../../src/shared/log";
import { backgroundContext } from "../../src/store/background-context";

export function testContext(over: Partial<ServiceContext> = {}, settings: Partial<Env> = {}): ServiceContext {
  const ctx = backgroundContext({ ...env, ...settings } as Env, { waitUntil: () => {} }, "req_of_a_test");
  return { ...ctx, log: createLogger({}, () => {}), ...over };
}
