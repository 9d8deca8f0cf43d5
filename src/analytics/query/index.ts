export { type Answer, askForm } from "./ask";
export { AGGREGATES, BUCKETS, type Query, type ResultRow, type Value } from "./types";
export { viewOf } from "./view";
