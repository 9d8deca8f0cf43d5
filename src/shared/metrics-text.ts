// The Prometheus text exposition format, version 0.0.4. Pure.
import type { MetricDelta, SeriesDelta } from "./metrics";

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function renderMetrics(metrics: readonly MetricDelta[]): string {
  let text = "";
  for (const metric of metrics) {
    text += `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
    for (const series of metric.series) text += metric.type === "histogram" ? histogramLines(metric, series) : valueLine(metric, series);
  }
  return text;
}

function valueLine({ name, labelNames }: MetricDelta, { labels, value }: SeriesDelta): string {
  return `${name}${labelSet(labelNames, labels)} ${number(value)}\n`;
}

function histogramLines({ name, labelNames, bounds = [] }: MetricDelta, { labels, value, counts = [] }: SeriesDelta): string {
  let text = "";
  let below = 0;
  const names = [...labelNames, "le"];
  for (const [i, bound] of [...bounds, Number.POSITIVE_INFINITY].entries()) {
    below += counts[i] ?? 0;
    text += `${name}_bucket${labelSet(names, [...labels, number(bound)])} ${below}\n`;
  }
  const own = labelSet(labelNames, labels);
  return `${text}${name}_sum${own} ${number(value)}\n${name}_count${own} ${below}\n`;
}

function labelSet(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, i) => `${name}="${escapeLabel(values[i] ?? "")}"`).join(",")}}`;
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Number.isNaN(value) ? "NaN" : String(value);
}

const escapeHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string) => escapeHelp(text).replaceAll('"', '\\"');
