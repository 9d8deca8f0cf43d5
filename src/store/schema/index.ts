export * from "./accounts";
export * from "./audit";
export * from "./forms";
export * from "./idempotency";
