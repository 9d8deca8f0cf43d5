// pure. Every function there is.
import { dateFunctions } from "./dates";
import type { FunctionDefinition } from "./define";
import { listFunctions } from "./lists";
import { logicFunctions } from "./logic";
import { numberFunctions } from "./numbers";
import { textFunctions } from "./text";

function all(): ReadonlyMap<string, FunctionDefinition> {
  const found = new Map<string, FunctionDefinition>();
  for (const add of [textFunctions, numberFunctions, dateFunctions, logicFunctions, listFunctions]) add(found);
  return found;
}

export const FUNCTIONS = all();
