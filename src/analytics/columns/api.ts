// How the rest of Headwater reaches the columns of a form: one object a form, by the form's id.
import { type ColumnsDoor, columnsDoor } from "../../store";
import type { Query } from "../query/types";
import type { Asked, ColumnMarks, Standing } from "./keep/keeper";

export interface ColumnsApi extends ColumnsDoor {
  /** Entries up to there are in the store. */
  noticed(workspaceId: string, shard: number, toSeq: number): Promise<void>;
  ask(workspaceId: string, marks: ColumnMarks, query: Query): Promise<Asked>;
  /** Null: too much is not in segments yet for a question to be answered from them. */
  stand(workspaceId: string, marks: ColumnMarks): Promise<Standing | null>;
}

export function columnsOf(env: Pick<Env, "COLUMNS">, formId: string): ColumnsApi {
  return columnsDoor(env, formId) as ColumnsApi;
}

/** From `shard:seq,…`, as a barrier says it; null while a ledger could not be asked. */
export function marksIn(position: string): ColumnMarks | null {
  const marks = position.split(",").map((part) => {
    const [shard, seq] = part.split(":").map(Number);
    return [shard ?? Number.NaN, seq ?? Number.NaN] as const;
  });
  return marks.every(([shard, seq]) => Number.isSafeInteger(shard) && Number.isSafeInteger(seq)) ? marks : null;
}
