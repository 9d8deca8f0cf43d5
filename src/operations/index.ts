export { type CheckName, checkReadiness, type Readiness } from "./check-readiness";
export { readMetrics } from "./read-metrics";
