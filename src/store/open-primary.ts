import { openD1Store } from "./d1";
import type { PrimaryStore } from "./primary";

/** Where this installation keeps its bulk tables. */
export function openPrimaryStore(env: Pick<Env, "DB">): PrimaryStore {
  return openD1Store(env.DB);
}
