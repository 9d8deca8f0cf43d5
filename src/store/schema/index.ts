export * from "./accounts";
export * from "./audit";
export * from "./cache";
export * from "./flags";
export * from "./forms";
export * from "./idempotency";
export * from "./mail";
export * from "./responses";
