// Tells the hub what this isolate has counted. One hub for all: an isolate speaks at most every few seconds, an object takes
// about a thousand calls a second, so one serves thousands of isolates.
import type { ServiceContext } from "./context";
import { describeError } from "./log";
import { putBack, takeDelta } from "./metrics";

const FLUSH_EVERY_MS = 5_000;
const HUB_NAME = "hub";

let flushedAt = Number.NEGATIVE_INFINITY;

export const metricsHub = (env: Env) => env.METRICS.getByName(HUB_NAME);

export async function flushMetrics(env: Env): Promise<void> {
  const delta = takeDelta();
  if (delta.length === 0) return;
  try {
    await metricsHub(env).add(delta);
  } catch (error) {
    // If only the reply was lost this counts twice. Being refused is far commoner than that, and an outage must not go uncounted.
    putBack(delta);
    throw error;
  }
}

/**
 * Call at the end of a request, an alarm, a batch. What an isolate counted after its last flush is lost when it ends without
 * another call: a timer would keep an idle isolate awake for a few numbers.
 */
export function flushMetricsSometimes(ctx: ServiceContext): void {
  const now = ctx.now();
  if (Math.abs(now - flushedAt) < FLUSH_EVERY_MS) return;
  flushedAt = now;
  ctx.defer(flushMetrics(ctx.env).catch((error: unknown) => ctx.log.warn("metrics not flushed", describeError(error))));
}
