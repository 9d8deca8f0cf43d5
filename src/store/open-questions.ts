import { openD1Questions } from "./d1/questions";
import { openPostgresQuestions } from "./postgres/questions";
import type { QuestionStore } from "./questions";

/** Asks wherever this installation keeps its bulk tables. */
export function openQuestionStore(env: Pick<Env, "DB" | "HYPERDRIVE">): QuestionStore {
  return env.HYPERDRIVE === undefined ? openD1Questions(env.DB) : openPostgresQuestions(env.HYPERDRIVE.connectionString);
}
