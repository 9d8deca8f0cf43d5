// pure. What the operators make of types, before there is a value, and of values, when there is one.
import type { Binary } from "./parse";
import type { Run, Value } from "./run";
import { DAY, dateText, fromWall, instantText, isDate, shownAs, wallOf, wallOfShown } from "./time";
import { ANY, BOOLEAN, either, isMoment, isOpen, NUMBER, TEXT, type Type } from "./types";
import { order, orderMoments, same, tidy, toText } from "./values";

/** The type of the result, or null where the operator means nothing between these two. */
export function resultOf(sign: Binary, left: Type, right: Type): Type | null {
  const open = isOpen(left) || isOpen(right);
  switch (sign) {
    case "+":
      return sumOf(left, right);
    case "-":
      if (isMoment(left)) return isMoment(right) ? NUMBER : isOpen(right) ? ANY : right.kind === "number" ? left : null;
      return isCountable(left) && isCountable(right) ? NUMBER : isOpen(left) && isMoment(right) ? NUMBER : null;
    case "*":
    case "/":
    case "%":
    case "^":
      return isCountable(left) && isCountable(right) ? NUMBER : null;
    case "==":
    case "!=":
      return open || comparable(left, right) || (left.kind === right.kind && (left.kind === "list" || left.kind === "object"))
        ? BOOLEAN
        : null;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparable(left, right) || (open && (isOrdered(left) || isOpen(left)) && (isOrdered(right) || isOpen(right))) ? BOOLEAN : null;
    case "and":
    case "or":
      return isDecided(left) && isDecided(right) ? BOOLEAN : null;
    case "in":
    case "not in":
      if (isOpen(right)) return BOOLEAN;
      return right.kind === "list" && (open || isOpen(right.of) || comparable(left, right.of)) ? BOOLEAN : null;
    case "??":
      return either(left, right);
  }
}

function sumOf(left: Type, right: Type): Type | null {
  if (left.kind === "number" && right.kind === "number") return NUMBER;
  if (isMoment(left) && right.kind === "number") return left;
  if (isMoment(right) && left.kind === "number") return right;
  const scalar = (type: Type) => type.kind !== "list" && type.kind !== "object" && type.kind !== "boolean";
  if (!scalar(left) || !scalar(right)) return null;
  if (left.kind === "text" || right.kind === "text") return TEXT;
  if (left.kind === "nothing" || right.kind === "nothing") return left.kind === "nothing" ? right : left;
  return isOpen(left) || isOpen(right) ? ANY : null;
}

const isCountable = (type: Type) => type.kind === "number" || isOpen(type);
const isDecided = (type: Type) => type.kind === "boolean" || isOpen(type);
const isOrdered = ({ kind }: Type) => kind === "number" || kind === "text" || kind === "date" || kind === "datetime" || kind === "time";

function comparable(left: Type, right: Type): boolean {
  if (isMoment(left) && isMoment(right)) return true;
  return left.kind === right.kind && (isOrdered(left) || left.kind === "boolean");
}

export type Operation = (run: Run, left: Value, right: Value) => Value;

/** `moments`: one side is known to be a date. */
export function operationOf(sign: Exclude<Binary, "and" | "or" | "??">, moments: boolean): Operation {
  switch (sign) {
    case "+":
      return moments ? (run, left, right) => (typeof left === "number" ? daysOn(run, right, left) : daysOn(run, left, right)) : add;
    case "-":
      return moments ? momentMinus : arithmetic((a, b) => a - b);
    case "*":
      return arithmetic((a, b) => a * b);
    case "/":
      return arithmetic((a, b) => (b === 0 ? Number.NaN : a / b));
    case "%":
      return arithmetic((a, b) => a % b);
    case "^":
      return arithmetic((a, b) => a ** b);
    case "==":
      return moments ? (run, left, right) => equalMoments(run, left, right) : (_run, left, right) => same(left, right);
    case "!=":
      return moments ? (run, left, right) => !equalMoments(run, left, right) : (_run, left, right) => !same(left, right);
    case "<":
      return comparison(moments, (difference) => difference < 0);
    case "<=":
      return comparison(moments, (difference) => difference <= 0);
    case ">":
      return comparison(moments, (difference) => difference > 0);
    case ">=":
      return comparison(moments, (difference) => difference >= 0);
    case "in":
      return (run, left, right) => isIn(run, left, right);
    case "not in":
      return (run, left, right) => !isIn(run, left, right);
  }
}

/** Nothing plus a number is nothing: a sum that leaves something out would look like a sum. `sum()` skips what is not there. */
function add(run: Run, left: Value, right: Value): Value {
  if (typeof left === "number" && typeof right === "number") return tidy(left + right);
  if (typeof left === "string" || typeof right === "string") {
    const [a, b] = [toText(left), toText(right)];
    run.makeText(a.length + b.length);
    return a + b;
  }
  return null;
}

function arithmetic(work: (a: number, b: number) => number): Operation {
  return (_run, left, right) => (typeof left === "number" && typeof right === "number" ? tidy(work(left, right)) : null);
}

function comparison(moments: boolean, test: (difference: number) => boolean): Operation {
  return (run, left, right) => {
    const difference = moments ? orderMoments(left, right, run.timezone) : order(left, right);
    return difference !== null && test(difference);
  };
}

function equalMoments(run: Run, left: Value, right: Value): boolean {
  return left === null || right === null ? left === right : orderMoments(left, right, run.timezone) === 0;
}

function momentMinus(run: Run, left: Value, right: Value): Value {
  if (typeof right === "number") return daysOn(run, left, -right);
  if (typeof left !== "string" || typeof right !== "string") return null;
  const [a, b] = [wallOf(left, run.timezone), wallOf(right, run.timezone)];
  return a === null || b === null ? null : Math.floor(shownAs(a) / DAY) - Math.floor(shownAs(b) / DAY);
}

function daysOn(run: Run, moment: Value, days: Value): Value {
  if (typeof moment !== "string" || typeof days !== "number") return null;
  const wall = wallOf(moment, run.timezone);
  if (wall === null) return null;
  const shown = shownAs(wall) + (isDate(moment) ? Math.trunc(days) : days) * DAY;
  if (dateText(shown) === null) return null;
  return isDate(moment) ? dateText(shown) : instantText(fromWall(wallOfShown(shown), run.timezone));
}

function isIn(run: Run, left: Value, right: Value): boolean {
  if (!Array.isArray(right)) return false;
  run.spend(right.length >> 3);
  return right.some((one: Value) => same(left, one));
}
