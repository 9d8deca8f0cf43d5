// pure.
import type { Run, Value } from "../run";
import { BOOLEAN, either, NOTHING, TEXT, type Type } from "../types";
import { holds, isEmpty, orderMoments, same } from "../values";
import { definer, type FunctionDefinition } from "./define";

export function logicFunctions(into: Map<string, FunctionDefinition>): void {
  const fn = definer("logic", into);
  const some = definer("logic", into, true);
  const ofAll = (types: readonly Type[]) => types.reduce(either, NOTHING);

  some(
    "if",
    "condition: any, then: any, otherwise?: any",
    ([, then, otherwise]) => either(then ?? NOTHING, otherwise ?? NOTHING),
    "The one or the other.",
    (_run, condition: Value, then: Value, otherwise: Value = null) => (holds(condition) ? then : otherwise),
  );
  some("default", "value: any, instead: any", ofAll, "Something else where there is nothing.", (_run, value: Value, instead: Value) =>
    isEmpty(value) ? instead : value,
  );
  some(
    "coalesce",
    "...values: any",
    ofAll,
    "The first that is not empty.",
    (_run, ...values: Value[]) => values.find((value) => !isEmpty(value)) ?? null,
  );
  some(
    "switch",
    "value: any, ...cases: any",
    (types) => switchType(types),
    "`switch(x, 1, 'one', 2, 'two', 'many')`: what stands behind the value, or the last.",
    (_run, value: Value, ...cases: Value[]) => {
      for (let at = 0; at + 1 < cases.length; at += 2) if (same(value, cases[at] ?? null)) return cases[at + 1] ?? null;
      return cases.length % 2 === 1 ? (cases.at(-1) ?? null) : null;
    },
  );
  some("is_empty", "value: any", BOOLEAN, "Whether there is nothing.", (_run, value: Value) => isEmpty(value));
  some("is_not_empty", "value: any", BOOLEAN, "Whether there is something.", (_run, value: Value) => !isEmpty(value));
  some("all", "...conditions: any", BOOLEAN, "Whether each holds.", (_run, ...values: Value[]) => values.every(holds));
  some("any", "...conditions: any", BOOLEAN, "Whether one holds.", (_run, ...values: Value[]) => values.some(holds));
  some(
    "xor",
    "one: any, other: any",
    BOOLEAN,
    "Whether exactly one holds.",
    (_run, one: Value, other: Value) => holds(one) !== holds(other),
  );
  fn("between", "value: any, least: any, most: any", BOOLEAN, "Whether it is neither below the one nor above the other.", between);
  some(
    "yes_no",
    "value: any, yes?: text, no?: text",
    TEXT,
    "In words: yes or no, or yours.",
    (_run, value: Value, yes = "Yes", no = "No") => (value === null ? null : holds(value) ? yes : no),
  );
}

function switchType(types: readonly Type[]): Type {
  const cases = types.slice(1);
  const results = cases.filter((_type, at) => at % 2 === 1 || (at === cases.length - 1 && cases.length % 2 === 1));
  return results.reduce(either, NOTHING);
}

function between(run: Run, value: Value, least: Value, most: Value): boolean | null {
  if (value === null) return null;
  const [low, high] = [orderMoments(value, least, run.timezone), orderMoments(value, most, run.timezone)];
  return low !== null && high !== null && low >= 0 && high <= 0;
}
