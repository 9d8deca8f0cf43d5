export { type AcceptedResponse, type AcceptInput, acceptResponse, type Validators } from "./accept";
export { type AsOf, type Moment, momentOf, parsePosition } from "./as-of";
export { type FormBarrier, passBarrier } from "./barrier";
export {
  type CalculatedColumn,
  type CompiledColumns,
  checkExpression,
  compileColumns,
  type ExpressionCheck,
  MAX_CALCULATED,
  scopeOfForm,
} from "./calculated";
export {
  type CarriedEnd,
  type CarriedEntry,
  type CarriedLine,
  type CarriedRow,
  carryIn,
  carryInDuplicates,
  carryInEnd,
  carryOut,
  carryOutEnd,
  ledgersToCarry,
} from "./carry";
export { withOtherAnswers } from "./carry-answers";
export { cellsOf } from "./cells";
export { deleteResponse, eraseResponse, restoreResponse, updateResponse } from "./edit";
export { parseFilter } from "./filter";
export { type FoundField, fieldFinder } from "./find-field";
export { getResponse } from "./get";
export { getHistory, listEntries } from "./history";
export * from "./journey";
export * from "./ledger/api";
export * from "./ledger/chain";
export * from "./ledger/counters";
export { Heat } from "./ledger/heat";
export * from "./ledger/settle-batch";
export * from "./ledger/types";
export { type ListedResponse, type ListInput, listResponses, type ResponseList } from "./list";
export { type MatchableRow, matchesCondition } from "./matches";
export type { VisitFacts } from "./meta";
export { type Follower, fanOut, wakeOverdueRanges } from "./outbox";
export { isFull, keepStart } from "./page-visit";
export { rebuildForm } from "./rebuild";
export { recordAudit } from "./record-audit";
export { noteRefusal } from "./refused";
export { shardCount } from "./shards";
export { countSnapshot, readSnapshot, type SnapshotInput, type SnapshotPage } from "./snapshot";
export { spreadForm } from "./spread";
export { compareText, compareValues, membersOf, valuesAt, valuesIn, valuesOf } from "./values";
export { verifyForm } from "./verify";
export { noteTurn, noteView, startVisit } from "./visits";
