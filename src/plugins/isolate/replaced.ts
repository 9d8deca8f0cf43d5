// Built-in functions whose work does not show in the length of what they are given: here they are our own, and charge as they go.
import { boundedText, charge, MAX_TEXT, sizeOf } from "./meter";

type AnyFunction = (...args: never[]) => unknown;
type Replace = (original: AnyFunction) => (...args: unknown[]) => unknown;

const { apply, construct } = Reflect;
const { isArray } = Array;
const call = (original: AnyFunction, self: unknown, args: unknown[]) => apply(original, self, args as never[]);

/** Made of a method, so that it is no constructor. */
function method(run: (this: unknown, ...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  const { made } = {
    made(this: unknown, ...args: unknown[]) {
      charge(1);
      return apply(run, this, args);
    },
  };
  return made;
}

function onlyArray(value: unknown): unknown[] {
  if (!isArray(value)) throw new TypeError("Built-in functions of arrays take arrays alone here.");
  return value;
}

/** Read once, by us: a length that is a getter could say another number the second time. */
function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (isArray(value)) {
    charge(value.length >> 2);
    return value;
  }
  const length = Number((value as { length: unknown }).length) || 0;
  const list: unknown[] = [];
  for (let i = 0; i < length; i++) {
    charge(1);
    list[i] = (value as Record<number, unknown>)[i];
  }
  return list;
}

function grown(text: string, most: number): void {
  if (!(most <= MAX_TEXT)) throw new RangeError(`A text may have at most ${MAX_TEXT} characters here.`);
  charge((text.length + most) >> 5);
}

function flatten(list: unknown[], depth: number, into: unknown[]): void {
  for (let i = 0; i < list.length; i++) {
    charge(1);
    const item = list[i];
    if (depth > 0 && isArray(item)) flatten(item, depth - 1, into);
    else if (i in list) into.push(item);
  }
}

function join(self: unknown, given: unknown): string {
  const list = onlyArray(self);
  const separator = given === undefined ? "," : `${given as string}`;
  let text = "";
  for (let i = 0; i < list.length; i++) {
    charge(1);
    const item = list[i];
    text = boundedText(`${text}${i === 0 ? "" : separator}${item === undefined || item === null ? "" : (item as string)}`);
  }
  return text;
}

function countedReplacer(work: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  let characters = 0;
  return (...args) => {
    const out = `${work(...args) as string}`;
    characters += out.length;
    charge(1 + (out.length >> 5));
    if (characters > 4 * MAX_TEXT) throw new RangeError("What comes out of this replacement is too long.");
    return out;
  };
}

function replacing(original: AnyFunction) {
  return method(function (pattern, replacement) {
    const text = `${this as string}`;
    charge(1 + (text.length >> 3));
    if (typeof replacement === "function") {
      return boundedText(call(original, text, [pattern, countedReplacer(replacement as (...args: unknown[]) => unknown)]));
    }
    const put = `${replacement as string}`;
    const dollars = put.split("$").length - 1;
    if ((put.length + dollars * text.length) * (text.length + 1) > 8 * MAX_TEXT)
      throw new RangeError("What comes out of this replacement could be too long.");
    return boundedText(call(original, text, [pattern, put]));
  });
}

function padding(original: AnyFunction) {
  return method(function (length, fill) {
    const text = `${this as string}`;
    const most = Number(length) || 0;
    grown(text, most);
    return call(original, text, fill === undefined ? [most] : [most, `${fill as string}`]);
  });
}

/** Setting a length makes room for it at once. */
function notOnArrays(original: AnyFunction) {
  return method(function (target, ...args) {
    if (isArray(target)) throw new TypeError("Not with an array here.");
    for (const arg of args) charge(sizeOf(arg) << 2);
    return call(original, this, [target, ...args]);
  });
}

function notLength(original: AnyFunction) {
  return method(function (target, key, ...args) {
    const name = typeof key === "symbol" ? key : `${key as string}`;
    if (isArray(target) && name === "length") throw new TypeError("A length can only be set by name here.");
    return call(original, this, [target, name, ...args]);
  });
}

export const REPLACED: Readonly<Record<string, Replace>> = {
  "Array.from": () =>
    method((source, map, self) => {
      const out: unknown[] = [];
      const take = (item: unknown) => {
        charge(1);
        out.push(typeof map === "function" ? call(map as AnyFunction, self, [item, out.length]) : item);
      };
      if (typeof source === "object" && source !== null && !(Symbol.iterator in source)) for (const item of listOf(source)) take(item);
      else for (const item of source as Iterable<unknown>) take(item);
      return out;
    }),
  "Array.prototype.join": () =>
    method(function (separator) {
      return join(this, separator);
    }),
  "Array.prototype.toString": () =>
    method(function () {
      return isArray(this) ? join(this, undefined) : "[object Object]";
    }),
  "Array.prototype.flat": () =>
    method(function (depth) {
      const out: unknown[] = [];
      flatten(onlyArray(this), depth === undefined ? 1 : Math.min(Number(depth) || 0, 100), out);
      return out;
    }),
  "Array.prototype.flatMap": () =>
    method(function (map, self) {
      const list = onlyArray(this);
      const out: unknown[] = [];
      for (let i = 0; i < list.length; i++) {
        charge(1);
        const item = call(map as AnyFunction, self, [list[i], i, list]);
        if (isArray(item)) flatten(item, 0, out);
        else out.push(item);
      }
      return out;
    }),
  "Array.prototype.sort": (original) =>
    method(function (...args) {
      charge(onlyArray(this).length * 4);
      return call(original, this, args);
    }),
  "Array.prototype.toSorted": (original) =>
    method(function (...args) {
      charge(onlyArray(this).length * 4);
      return call(original, this, args);
    }),
  "Function.prototype.apply": (original) =>
    method(function (self, list) {
      return call(original, this, [self, listOf(list)]);
    }),
  "Reflect.apply": () => method((target, self, list) => apply(target as AnyFunction, self, listOf(list) as never[])),
  "Reflect.construct": () =>
    method((target, list, ...rest) => construct(target as AnyFunction, listOf(list) as never[], ...(rest as [AnyFunction] | []))),
  "Reflect.set": notLength,
  "Reflect.defineProperty": notLength,
  "Object.defineProperty": notLength,
  "Object.defineProperties": notOnArrays,
  "Object.assign": notOnArrays,
  "JSON.stringify": (original) =>
    method(function (value, replacer, indent) {
      const chosen = isArray(replacer) ? new Set(replacer.map((key) => `${key as string}`)) : null;
      const step = function (this: unknown, key: string, item: unknown): unknown {
        charge(1 + (typeof item === "string" ? item.length >> 3 : 0));
        if (chosen !== null && key !== "" && !isArray(this) && !chosen.has(key)) return undefined;
        return typeof replacer === "function" ? call(replacer as AnyFunction, this, [key, item]) : item;
      };
      return boundedText(
        call(original, this, [
          value,
          step,
          typeof indent === "number" ? indent : indent === undefined ? undefined : `${indent as string}`.slice(0, 10),
        ]),
      );
    }),
  "JSON.parse": (original) =>
    method(function (given, reviver) {
      const text = `${given as string}`;
      charge(text.length >> 1);
      return call(original, this, [text, reviver]);
    }),
  "String.prototype.repeat": (original) =>
    method(function (count) {
      const text = `${this as string}`;
      const times = Number(count) || 0;
      grown(text, text.length * times);
      return call(original, text, [times]);
    }),
  "String.prototype.padStart": padding,
  "String.prototype.padEnd": padding,
  "String.prototype.replace": replacing,
  "String.prototype.replaceAll": replacing,
  "String.prototype.concat": () =>
    method(function (...parts) {
      let text = `${this as string}`;
      for (const part of parts) text = boundedText(`${text}${part as string}`);
      return text;
    }),
  "String.prototype.split": (original) =>
    method(function (separator, limit) {
      const text = `${this as string}`;
      charge(text.length);
      return call(original, text, [separator, limit]);
    }),
};
