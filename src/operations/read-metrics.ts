// The service's own numbers: they are nobody's in particular and name no workspace. Who may read them, the route decides.
import type { ServiceContext } from "../shared/context";
import { describeError } from "../shared/log";
import type { MetricDelta } from "../shared/metrics";
import { flushMetrics, metricsHub } from "../shared/metrics-flush";
import { renderMetrics } from "../shared/metrics-text";

export async function readMetrics(ctx: ServiceContext): Promise<string> {
  // So that whoever asks sees what it did itself a moment ago.
  await flushMetrics(ctx.env).catch((error: unknown) => ctx.log.warn("metrics not flushed", describeError(error)));
  return renderMetrics([buildInfo(ctx.env), ...(await metricsHub(ctx.env).read())]);
}

function buildInfo({ VERSION, ENVIRONMENT }: Env): MetricDelta {
  return {
    name: "headwater_build_info",
    type: "gauge",
    help: "Always 1; the labels say which build answers.",
    labelNames: ["version", "tag", "environment"],
    series: [{ labels: [VERSION.id, VERSION.tag, ENVIRONMENT], value: 1 }],
  };
}
