// The surroundings of metered code. Globals that a plugin has no use for are taken away; every built-in function that is left is
// replaced by one that charges the meter by what it is given; then all of it is frozen, so that no run leaves anything behind.
// Only functions of ours can be reached afterwards: a loop inside the engine that calls back ends with the meter.
import { boundedText, charge, limitOfPattern, limitPattern, MAX_TEXT, sizeOf } from "./meter";
import { REPLACED } from "./replaced";

const KEPT = new Set([
  ..."Object Array String Number Boolean Symbol Math JSON Date Map Set WeakMap WeakSet Promise Reflect".split(" "),
  ..."Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError".split(" "),
  ..."parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent atob btoa".split(" "),
  ..."URL URLSearchParams NaN Infinity undefined globalThis".split(" "),
]);

/** Members that would reach around the meter. */
const REMOVED = new Set(
  "String.raw Symbol.isConcatSpreadable Array.fromAsync Error.captureStackTrace Error.stackTraceLimit RegExp.prototype.compile Promise.try".split(
    " ",
  ),
);
/** Dear for their length: they go through tables of the world's languages. */
const DEAR = /^(?:toLocale|localeCompare|normalize)/;
const DEAR_UNITS = 500;

const { apply, construct, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { freeze, isFrozen, setPrototypeOf } = Object;
const { isArray } = Array;
const anyFunction = Function.prototype;

type AnyFunction = (...args: unknown[]) => unknown;

const wrappers = new Map<AnyFunction, AnyFunction>();
const ours = new Set<AnyFunction>();
const seen = new Set<object>();

/** Functions of the harness that a plugin gets as globals. */
export function harden(given: Record<string, unknown>): void {
  const RegExpOfEngine = RegExp;
  const roots: [string, unknown][] = [...KEPT].map((name) => [name, (globalThis as Record<string, unknown>)[name]]);
  dropGlobals();
  for (const [name, value] of roots) {
    if (name === "globalThis" || name === "undefined" || name === "NaN" || name === "Infinity") continue;
    setGlobal(name, typeof value === "function" ? wrapped(value as AnyFunction, name) : value);
    if (typeof value === "object" && value !== null) tame(value, name);
  }
  const pattern = copiedPattern(RegExpOfEngine);
  tame(RegExpOfEngine.prototype, "RegExp.prototype");
  patch(RegExpOfEngine.prototype, "constructor", pattern);
  for (const [name, prototype] of hiddenPrototypes()) tame(prototype, name);
  for (const make of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    tame(getPrototypeOf(make) as object, "Function.prototype");
  }
  // The runtime forbids code from text already; here its makers cannot even be found.
  for (const make of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    patch(getPrototypeOf(make) as object, "constructor", undefined);
  }
  for (const [name, value] of Object.entries(given)) setGlobal(name, value);
  const made = [...ours, ...Object.values(given)];
  const objects = [...seen];
  for (let i = 0; i < changes.length; i++) changes[i]?.();
  for (let i = 0; i < objects.length; i++) settle(objects[i] as object);
  for (let i = 0; i < made.length; i++) freeze(made[i]);
  freeze(globalThis);
}

function dropGlobals(): void {
  for (let at: object | null = globalThis; at !== null && at !== Object.prototype; at = getPrototypeOf(at)) {
    for (const key of ownKeys(at)) {
      if (typeof key === "string" && KEPT.has(key)) continue;
      const from = at;
      changes.push(() => deleteProperty(from, key) || defineProperty(from, key, { value: undefined }));
    }
  }
}

function setGlobal(name: string, value: unknown): void {
  changes.push(() => defineProperty(globalThis, name, { value, writable: false, enumerable: false, configurable: false }));
}

/** Nothing is put in place before all has been looked at: what looks uses the very functions that are replaced. */
const changes: (() => void)[] = [];

function patch(object: object, key: PropertyKey, value: unknown): void {
  changes.push(() => defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true }));
}

/** Puts charging functions in the place of an object's own, and goes on to its prototype. */
function tame(object: object, name: string): void {
  if (seen.has(object)) return;
  seen.add(object);
  for (const key of ownKeys(object)) {
    const path = `${name}.${typeof key === "symbol" ? (key.description ?? "") : key}`;
    const found = getOwnPropertyDescriptor(object, key);
    if (found === undefined) continue;
    if (REMOVED.has(path)) {
      changes.push(() => deleteProperty(object, key));
      continue;
    }
    if (typeof found.value === "function") found.value = wrapped(found.value as AnyFunction, path);
    if (found.get !== undefined) found.get = wrapped(found.get, path) as () => unknown;
    if (found.set !== undefined) found.set = wrapped(found.set, path) as (value: unknown) => void;
    if (found.configurable || found.writable) changes.push(() => defineProperty(object, key, found));
  }
  const prototype = getPrototypeOf(object);
  if (prototype !== null) tame(prototype, `^${name}`);
}

function wrapped(original: AnyFunction, path: string): AnyFunction {
  const known = wrappers.get(original);
  if (known !== undefined) return known;
  if (ours.has(original)) return original;
  const { prototype } = original as { prototype?: object };
  const wrapper = prototype === undefined ? methodFor(original, path) : constructorFor(original, path);
  wrappers.set(original, wrapper);
  ours.add(wrapper);
  defineProperty(wrapper, "name", { value: original.name });
  if (prototype !== undefined) {
    // Before its members are looked at: the first of them is the constructor itself.
    defineProperty(wrapper, "prototype", { value: prototype, writable: false, enumerable: false, configurable: false });
    for (const key of ownKeys(original)) {
      const member = `${path}.${typeof key === "symbol" ? (key.description ?? "") : key}`;
      if (key === "prototype" || key === "name" || key === "length" || key === "arguments" || key === "caller" || REMOVED.has(member))
        continue;
      const found = getOwnPropertyDescriptor(original, key);
      if (found === undefined) continue;
      if (typeof found.value === "function") found.value = wrapped(found.value as AnyFunction, member);
      if (found.get !== undefined) found.get = wrapped(found.get, member) as () => unknown;
      defineProperty(wrapper, key, found);
    }
    const parent = getPrototypeOf(original);
    if (typeof parent === "function" && parent !== anyFunction) {
      setPrototypeOf(wrapper, wrapped(parent as AnyFunction, `^${path}`));
    }
    tame(prototype, `${path}.prototype`);
    patch(prototype, "constructor", wrapper);
  }
  return wrapper;
}

// What a wrapper does before it charges may use nothing that is built in: by then that is a wrapper too.
function unitsOf(self: unknown, args: readonly unknown[], base: number): number {
  let units = base + sizeOf(self);
  for (let i = 0; i < args.length; i++) units += sizeOf(args[i]);
  return units;
}

function baseOf(path: string): number {
  return DEAR.test(path.slice(path.lastIndexOf(".") + 1)) ? DEAR_UNITS : 1;
}

const IS_ARRAY_METHOD = /^Array\.prototype\.(?!constructor)/;
const IS_PATTERN_METHOD = /^RegExp\.prototype\.(?:exec|test|Symbol\.\w+)$/;
/** One step of what is built in: nothing to bound, and every spread takes it. */
const IS_STEP = /^(?:Array|Map|Set|String)Iterator\.prototype\.next$/;

function methodFor(original: AnyFunction, path: string): AnyFunction {
  const replaced = REPLACED[path];
  if (replaced !== undefined) return replaced(original);
  if (IS_STEP.test(path)) return original;
  if (IS_PATTERN_METHOD.test(path)) return patternMethod(original);
  const base = baseOf(path);
  const onlyArrays = IS_ARRAY_METHOD.test(path);
  // A method, so that it is no constructor, as the original is none.
  const { method } = {
    method(this: unknown, ...args: unknown[]): unknown {
      // What only looks like an array could say another length each time it is asked.
      if (onlyArrays && !isArray(this)) throw new TypeError("Built-in functions of arrays take arrays alone here.");
      charge(unitsOf(this, args, base));
      return boundedText(apply(original, this, args));
    },
  };
  return method;
}

function constructorFor(original: AnyFunction, path: string): AnyFunction {
  const base = baseOf(path);
  const makesRoom = path === "Array";
  return function made(this: unknown, ...args: unknown[]): unknown {
    charge(unitsOf(null, args, base));
    if (makesRoom && args.length === 1 && typeof args[0] === "number") {
      if (args[0] > MAX_TEXT) throw new RangeError(`An array may have at most ${MAX_TEXT} members here.`);
      charge(args[0] >> 3);
    }
    return new.target === undefined ? boundedText(apply(original, this, args)) : construct(original, args, new.target);
  };
}

/** A pattern is only ever tried on a text as long as was worked out when the plugin was saved. */
function patternMethod(original: AnyFunction): AnyFunction {
  const { method } = {
    method(this: object, given: unknown, ...rest: unknown[]): unknown {
      const limit = limitOfPattern(this);
      if (limit === undefined) throw new TypeError("Patterns are literals here.");
      const text = `${given as string}`;
      if (text.length > limit) throw new RangeError(`This pattern may be tried on at most ${limit} characters.`);
      charge(10 + (text.length >> 1));
      return boundedText(
        apply(original, this, [text, ...rest.map((value) => (typeof value === "string" ? shortReplacement(value, text) : value))]),
      );
    },
  };
  return method;
}

function shortReplacement(replacement: string, text: string): string {
  const growth = replacement.length + (replacement.split("$").length - 1) * text.length;
  if (growth * (text.length + 1) > 8 * MAX_TEXT) throw new RangeError("What comes out of this replacement could be too long.");
  return replacement;
}

/** `split` and `matchAll` copy a pattern through its constructor; a copy of one that is known is known. */
function copiedPattern(Original: RegExpConstructor): AnyFunction {
  function Pattern(this: unknown, pattern: unknown, flags: unknown) {
    const limit = typeof pattern === "object" && pattern !== null ? limitOfPattern(pattern) : undefined;
    if (limit === undefined) throw new TypeError("Patterns are literals here.");
    return limitPattern(new Original(pattern as RegExp, `${(flags ?? (pattern as RegExp).flags) as string}`), limit);
  }
  defineProperty(Pattern, "prototype", { value: Original.prototype, writable: false });
  defineProperty(Pattern, Symbol.species, { get: () => Pattern });
  wrappers.set(Original as unknown as AnyFunction, Pattern as unknown as AnyFunction);
  ours.add(Pattern as unknown as AnyFunction);
  return Pattern as unknown as AnyFunction;
}

function hiddenPrototypes(): [string, object][] {
  const of = (value: object): object => getPrototypeOf(value) as object;
  const array = of([][Symbol.iterator]());
  const generator = of(of((function* () {})()));
  const asyncGenerator = of(of((async function* () {})()));
  return [
    ["ArrayIterator.prototype", array],
    ["Iterator.prototype", of(array)],
    ["MapIterator.prototype", of(new Map().values())],
    ["SetIterator.prototype", of(new Set().values())],
    ["StringIterator.prototype", of(""[Symbol.iterator]())],
    ["RegExpStringIterator.prototype", of("".matchAll(/x/g))],
    ["Generator.prototype", generator],
    ["AsyncGenerator.prototype", asyncGenerator],
    ["IteratorHelper.prototype", of([].values().map((x) => x))],
  ];
}

/**
 * Frozen members of a prototype would also forbid objects that inherit them to have their own by assignment. So each becomes a
 * getter with a setter that gives the object its own.
 */
function settle(object: object): void {
  if (isFrozen(object)) return;
  for (const key of ownKeys(object)) {
    const found = getOwnPropertyDescriptor(object, key);
    if (found === undefined || !found.configurable || !("value" in found)) continue;
    const { value, enumerable } = found;
    const { get, set } = {
      get: () => value as unknown,
      set(this: unknown, own: unknown) {
        if (this === object || (typeof this !== "object" && typeof this !== "function") || this === null) {
          throw new TypeError("What is built in cannot be changed.");
        }
        defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
      },
    };
    freeze(get);
    freeze(set);
    defineProperty(object, key, { get, set, enumerable, configurable: false });
  }
  freeze(object);
}
