export { type Distribution, getDistribution } from "./distribution/get";
export * from "./ledger-reads";
export { getMetrics, type Metrics } from "./metrics";
export { GRANULARITIES, type Granularity } from "./steps";
export { type Summary, summarise } from "./summarise";
export { getTimeseries, type Timeseries } from "./timeseries";
export { dayOf } from "./today";
export { DEFAULT_ZONE } from "./zone";
