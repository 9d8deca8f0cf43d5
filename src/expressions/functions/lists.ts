// pure.
import type { Run, Value } from "../run";
import { ANY, BOOLEAN, listOf, NUMBER, TEXT, type Type } from "../types";
import { isEmpty, order, own, same, toText } from "../values";
import { definer, type FunctionDefinition } from "./define";

export function listFunctions(into: Map<string, FunctionDefinition>): void {
  const fn = definer("list", into);
  const some = definer("list", into, true);
  const item = ([list]: readonly Type[]): Type => (list?.kind === "list" ? list.of : ANY);
  const same_ = ([list]: readonly Type[]): Type => (list?.kind === "list" ? list : listOf(ANY));

  const length = (_run: Run, value: Value): number => {
    if (Array.isArray(value)) return value.length;
    return value === null ? 0 : toText(value).length;
  };
  some("length", "value: any", NUMBER, "How many characters, or how many in the list.", length);
  some("len", "value: any", NUMBER, "As `length`.", length);
  some("count", "value: any", NUMBER, "How many in the list are not empty; of one value, 1 or 0.", (_run, value: Value) =>
    Array.isArray(value) ? value.filter((one) => !isEmpty(one)).length : Number(!isEmpty(value)),
  );
  fn(
    "contains",
    "value: any, what: any",
    BOOLEAN,
    "Whether the list has it, or the text has it in it.",
    (run, value: Value, what: Value) => {
      if (Array.isArray(value)) return value.some((one) => same(one, what));
      const text = toText(value);
      run.spend(text.length >> 6);
      return text.includes(toText(what));
    },
  );
  fn("first", "list: list", item, "The first.", (_run, list: readonly Value[]) => list[0] ?? null);
  fn("last", "list: list", item, "The last.", (_run, list: readonly Value[]) => list.at(-1) ?? null);
  fn(
    "nth",
    "list: list, place: number",
    item,
    "The one at a place; 0 is the first, -1 the last.",
    (_run, list: readonly Value[], place: number) => list.at(place) ?? null,
  );
  fn("join", "list: any, by?: text", TEXT, "As text with something between (`, `).", (run, list: Value, by = ", ") => {
    const parts = Array.isArray(list) ? list.map(toText) : [toText(list)];
    run.makeText(parts.reduce((sum, part) => sum + part.length + by.length, 0));
    return parts.join(by);
  });
  fn(
    "sort",
    "list: list, descending?: boolean",
    same_,
    "In order; `sort(x, true)` the other way.",
    (run, list: readonly Value[], descending = false) => {
      run.spend(list.length);
      const sorted = list.toSorted((a, b) => order(a, b) ?? order(toText(a), toText(b)) ?? 0);
      return descending ? sorted.reverse() : sorted;
    },
  );
  fn("reverse", "list: list", same_, "From the last to the first.", (run, list: readonly Value[]) => {
    run.spend(list.length >> 3);
    return list.toReversed();
  });
  fn("unique", "list: list", same_, "Each once.", (run, list: readonly Value[]) => {
    run.spend(list.length);
    const seen = new Map(list.map((one) => [JSON.stringify(one), one]));
    return [...seen.values()];
  });
  fn("compact", "list: list", same_, "Without what is empty.", (_run, list: readonly Value[]) => list.filter((one) => !isEmpty(one)));
  fn(
    "slice",
    "list: list, from: number, length?: number",
    same_,
    "A part of it.",
    (_run, list: readonly Value[], from: number, count?: number) => {
      const start = from < 0 ? Math.max(0, list.length + from) : from;
      return list.slice(start, count === undefined ? undefined : start + Math.max(0, count));
    },
  );
  fn("merge", "...lists: list", same_, "All of them as one list.", (run, ...lists: (readonly Value[])[]) => {
    run.makeList(lists.reduce((sum, list) => sum + list.length, 0));
    return lists.flat(1);
  });
  fn(
    "where",
    "list: list, member: text, value: any",
    same_,
    "Those of a list of groups whose member has that value.",
    (run, list: readonly Value[], member: string, value: Value) => {
      run.spend(list.length);
      return list.filter((one) => same((own(one, member) as Value | undefined) ?? null, value));
    },
  );
  fn(
    "pluck",
    "list: list, member: text",
    listOf(ANY),
    "One member of each group in a list.",
    (run, list: readonly Value[], member: string) => {
      run.spend(list.length);
      return list.map((one) => (own(one, member) as Value | undefined) ?? null);
    },
  );
}
