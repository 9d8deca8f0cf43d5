export { type Answer, askForm } from "./ask";
export { askWorkspace, MAX_FORMS } from "./several";
export { AGGREGATES, BUCKETS, type Query, type ResultRow, type Value } from "./types";
export { viewOf } from "./view";
