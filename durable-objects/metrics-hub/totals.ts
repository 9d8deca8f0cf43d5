// The sums of all that isolates have counted. Pure: no storage, `now` is passed in.
import { addSeries, type MetricDelta, type SeriesDelta } from "../../src/shared/metrics";

const MAX_METRICS = 200;
export const MAX_SERIES = 2_000;
/** A gauge nobody sets any more would otherwise be shown for ever. */
export const GAUGE_LIFE_MS = 10 * 60_000;

interface Total extends SeriesDelta {
  at: number;
}
export interface MetricTotal extends MetricDelta {
  series: Total[];
}

const keyOf = (labels: readonly string[]) => labels.join("\u0000");

export class Totals {
  readonly #metrics = new Map<string, { definition: Omit<MetricTotal, "series">; series: Map<string, Total> }>();
  readonly #changed = new Set<string>();

  constructor(stored: readonly MetricTotal[] = []) {
    for (const { series, ...definition } of stored) {
      this.#metrics.set(definition.name, { definition, series: new Map(series.map((one) => [keyOf(one.labels), one])) });
    }
  }

  add(deltas: readonly MetricDelta[], now: number): void {
    for (const { series, ...definition } of deltas) {
      const metric = this.#metricFor(definition);
      if (metric === null) continue;
      this.#changed.add(definition.name);
      for (const delta of series) {
        const total = totalFor(metric.series, delta, now);
        addSeries(total, delta, definition.type);
        total.at = now;
      }
    }
  }

  all(now: number): MetricTotal[] {
    return [...this.#metrics.values()]
      .map(({ definition, series }) => ({
        ...definition,
        series: [...series.values()].filter(({ at }) => definition.type !== "gauge" || now - at < GAUGE_LIFE_MS),
      }))
      .filter(({ series }) => series.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What has changed since this was asked last. */
  takeChanged(now: number): MetricTotal[] {
    const changed = this.all(now).filter(({ name }) => this.#changed.has(name));
    this.#changed.clear();
    return changed;
  }

  #metricFor(definition: Omit<MetricTotal, "series">) {
    const known = this.#metrics.get(definition.name);
    // A build that counts differently starts that metric anew: old buckets or labels cannot be added to new ones.
    if (known !== undefined && shapeOf(known.definition) === shapeOf(definition)) return known;
    if (known === undefined && this.#metrics.size >= MAX_METRICS) return null;
    const made = { definition, series: new Map<string, Total>() };
    this.#metrics.set(definition.name, made);
    return made;
  }
}

function totalFor(series: Map<string, Total>, delta: SeriesDelta, now: number): Total {
  const key = keyOf(delta.labels);
  const known = series.get(key);
  if (known !== undefined) return known;
  if (series.size >= MAX_SERIES) {
    const other = delta.labels.map(() => "other");
    if (keyOf(other) !== key) return totalFor(series, { ...delta, labels: other }, now);
  }
  const made: Total = { labels: [...delta.labels], value: 0, at: now };
  if (delta.counts !== undefined) made.counts = delta.counts.map(() => 0);
  series.set(key, made);
  return made;
}

const shapeOf = ({ type, labelNames, bounds }: Omit<MetricTotal, "series">) => JSON.stringify([type, labelNames, bounds ?? null]);
