import { mstlEts } from "./mstl";
import { CANDIDATES } from "./train";

/** With the one that needs WebAssembly. */
export const ALL_CANDIDATES = [...CANDIDATES, mstlEts];
