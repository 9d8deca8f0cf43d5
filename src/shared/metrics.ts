// What this isolate has counted since it last told the MetricsHub. Isolates come and go, so only differences are kept here:
// `takeDelta` empties the registry, the hub adds them up. Labels never carry a tenant, an id or anything a caller chose freely.

export type MetricType = "counter" | "gauge" | "histogram";

export interface SeriesDelta {
  labels: string[];
  /** Counter: how much more. Gauge: what it is now. Histogram: the sum of what was observed. */
  value: number;
  /** Histogram only: observations per bucket (not cumulative), the last one being above every bound. */
  counts?: number[];
}

export interface MetricDelta {
  name: string;
  type: MetricType;
  help: string;
  labelNames: string[];
  bounds?: number[];
  series: SeriesDelta[];
}

const DURATION_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Past this many label sets of one metric, what is new is counted under `other`: a bug must not fill the memory. */
export const MAX_SERIES_PER_METRIC = 500;
const OTHER = "other";

export class Registry {
  readonly #metrics = new Map<string, Metric>();

  define(name: string, type: MetricType, help: string, labelNames: readonly string[], bounds?: readonly number[]): Metric {
    const metric = new Metric(name, type, help, labelNames, bounds);
    if (this.#metrics.has(name)) throw new Error(`Metric ${name} is defined twice`);
    this.#metrics.set(name, metric);
    return metric;
  }

  takeDelta(): MetricDelta[] {
    return [...this.#metrics.values()].map((metric) => metric.take()).filter((delta) => delta.series.length > 0);
  }

  /** After the hub could not be told: what was taken is counted again, to go with the next delta. */
  putBack(deltas: readonly MetricDelta[]): void {
    for (const delta of deltas) this.#metrics.get(delta.name)?.putBack(delta.series);
  }
}

class Metric {
  #series = new Map<string, SeriesDelta>();

  constructor(
    readonly name: string,
    readonly type: MetricType,
    readonly help: string,
    readonly labelNames: readonly string[],
    readonly bounds?: readonly number[],
  ) {}

  at(labels: readonly string[]): SeriesDelta {
    const key = labels.length === 1 ? (labels[0] ?? "") : labels.join("\u0000");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size >= MAX_SERIES_PER_METRIC && labels.some((label) => label !== OTHER)) return this.at(labels.map(() => OTHER));
    const made: SeriesDelta = { labels: [...labels], value: 0 };
    if (this.bounds !== undefined) made.counts = new Array<number>(this.bounds.length + 1).fill(0);
    this.#series.set(key, made);
    return made;
  }

  take(): MetricDelta {
    const { name, type, help, bounds } = this;
    const series = [...this.#series.values()];
    this.#series = new Map();
    return { name, type, help, labelNames: [...this.labelNames], ...(bounds === undefined ? {} : { bounds: [...bounds] }), series };
  }

  putBack(series: readonly SeriesDelta[]): void {
    for (const delta of series) {
      const key = delta.labels.join("\u0000");
      // A gauge set since then is newer than the one that comes back.
      if (this.type === "gauge" && this.#series.has(key)) continue;
      addSeries(this.at(delta.labels), delta, this.type);
    }
  }
}

/** Adds `delta` to `total` in place. */
export function addSeries(total: SeriesDelta, delta: SeriesDelta, type: MetricType): void {
  total.value = type === "gauge" ? delta.value : total.value + delta.value;
  delta.counts?.forEach((count, i) => {
    if (total.counts !== undefined) total.counts[i] = (total.counts[i] ?? 0) + count;
  });
}

const ofThisIsolate = new Registry();

export interface Counter {
  add(amount: number, ...labels: string[]): void;
}
export interface Gauge {
  set(value: number, ...labels: string[]): void;
}
export interface Histogram {
  observe(value: number, ...labels: string[]): void;
}

/** Define once, at the top of a module; the values of the labels come in the order of their names. */
export function counter(name: string, help: string, labelNames: readonly string[] = [], registry = ofThisIsolate): Counter {
  const metric = registry.define(name, "counter", help, labelNames);
  return {
    add: (amount, ...labels) => {
      metric.at(labels).value += amount;
    },
  };
}

/** The last isolate to speak wins, and the hub forgets it after ten minutes of silence: set it for what is one of a kind. */
export function gauge(name: string, help: string, labelNames: readonly string[] = [], registry = ofThisIsolate): Gauge {
  const metric = registry.define(name, "gauge", help, labelNames);
  return {
    set: (value, ...labels) => {
      metric.at(labels).value = value;
    },
  };
}

export function histogram(
  name: string,
  help: string,
  labelNames: readonly string[] = [],
  bounds: readonly number[] = DURATION_BOUNDS_SECONDS,
  registry = ofThisIsolate,
): Histogram {
  const metric = registry.define(name, "histogram", help, labelNames, bounds);
  return {
    observe: (value, ...labels) => {
      const series = metric.at(labels);
      const found = bounds.findIndex((bound) => value <= bound);
      const bucket = found < 0 ? bounds.length : found;
      series.value += value;
      if (series.counts !== undefined) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    },
  };
}

export const takeDelta = () => ofThisIsolate.takeDelta();
export const putBack = (deltas: readonly MetricDelta[]) => ofThisIsolate.putBack(deltas);
