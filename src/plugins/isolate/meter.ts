// The counter of the metered mode. Whoever computes is `current`: the built-in functions, which all runs of an isolate share,
// charge whoever it is, and between two steps whoever it was last. So a chain of jobs that never comes back to the plugin's own
// code is paid for all the same, and ends with the run that began it.

const LOOK_AT_CLOCK_EVERY = 512;
export const MAX_TEXT = 1 << 20;
const MAX_LENGTH = 1_000_000;
const now = Date.now;
const soon = queueMicrotask;

export class SpentError extends Error {}

export class Meter {
  #left: number;
  #untilClock = LOOK_AT_CLOCK_EVERY;
  #enteredAt = now();
  #computedMs = 0;
  readonly #cpuMs: number;
  timers = 0;
  /** Calls and timers that will still come back; when there are none, nothing will ever happen again. */
  waiting = 0;
  whenIdle = () => {};

  constructor(units: number, cpuMs: number) {
    this.#left = units;
    this.#cpuMs = cpuMs;
  }

  get spent(): boolean {
    return this.#left < 0;
  }

  settled(): void {
    this.waiting--;
    if (this.waiting === 0) this.whenIdle();
  }

  /** From here on nothing that belongs to this run gets any further. */
  close(): void {
    this.#left = -1;
  }

  /** The run goes on, until it comes to wait again: the time between is not its own. */
  enter(): void {
    if (current === this) return;
    current?.leave();
    current = this;
    last = this;
    this.#enteredAt = now();
    soon(this.#leaveSoon);
  }

  leave(): void {
    if (current !== this) return;
    this.#computedMs += now() - this.#enteredAt;
    current = null;
  }
  readonly #leaveSoon = () => this.leave();

  take(units: number): void {
    this.#left -= units;
    this.#untilClock -= units;
    if (this.#untilClock <= 0) {
      this.#untilClock = LOOK_AT_CLOCK_EVERY;
      if (this.#computedMs + now() - this.#enteredAt > this.#cpuMs) this.#left = -1;
    }
    if (!(this.#left >= 0)) {
      this.#left = -1;
      throw new SpentError("The run has computed more than it may.");
    }
  }
}

let current: Meter | null = null;
let last: Meter | null = null;

export function currentMeter(): Meter | null {
  return current ?? last;
}

export function charge(units: number): void {
  const meter = current ?? last;
  if (meter === null) return;
  meter.enter();
  meter.take(units);
}

/** What one value costs to be looked at as a whole: by its length, for what has one that cannot lie. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length >> 5;
  if (typeof value !== "object" || value === null) return 0;
  if (isArray(value)) return value.length >> 3;
  return ownKeys(value).length >> 2;
}

const { isArray } = Array;
const { ownKeys } = Reflect;

export function boundedText<T>(value: T): T {
  if (typeof value === "string" && value.length > MAX_TEXT) throw new RangeError(`A text may have at most ${MAX_TEXT} characters here.`);
  return value;
}

const patternLimits = new WeakMap<object, number>();

export function limitPattern<T extends object>(pattern: T, limit: number): T {
  patternLimits.set(pattern, limit);
  return pattern;
}

export function limitOfPattern(pattern: object): number | undefined {
  return patternLimits.get(pattern);
}

/** What metered source calls, under a name that its author cannot use. */
export function hooksOf(meter: Meter) {
  return Object.freeze({
    /** A turn of a loop, a call. */
    t: (units: number) => {
      meter.enter();
      meter.take(units);
    },
    /** What an addition came to. */
    a: boundedText,
    /** Something that is about to be copied. */
    s: <T>(value: T): T => {
      meter.take(1 + sizeOf(value));
      return value;
    },
    /** A long literal. */
    n: <T>(value: T, members: number): T => {
      meter.take(members);
      return value;
    },
    /** After waiting. */
    w: <T>(value: T): T => {
      meter.enter();
      meter.take(1);
      return value;
    },
    /** A key that is assigned to. */
    k: (key: unknown): unknown => {
      if (typeof key === "number" || typeof key === "symbol") return key;
      const text = `${key as string}`;
      if (text === "length") throw new TypeError("A length can only be set by name here.");
      return text;
    },
    /** A length that is set. */
    l: (value: unknown): unknown => {
      if (typeof value !== "number" || value > MAX_LENGTH) throw new RangeError(`A length may be at most ${MAX_LENGTH} here.`);
      meter.take(1 + (value >> 3));
      return value;
    },
    r: limitPattern,
  });
}
