// The strict mode: the plugin is interpreted by QuickJS, which is itself WebAssembly with a fuel gauge (tools/lib/fuel.ts). Every
// run has an interpreter of its own, so nothing is left for the next. What the interpreter does natively takes fuel as well, so
// there is nothing that the plugin can start and we cannot end.
import { WorkerEntrypoint } from "cloudflare:workers";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSContext, type QuickJSHandle } from "quickjs-emscripten-core";
import ASKS from "./asks.txt";
import GUEST from "./guest.txt";
import { RunLog } from "./log";
import {
  type Gate,
  type Job,
  MAX_ARGUMENT,
  MAX_CALLS,
  MAX_ERROR,
  MAX_RETURNED,
  MAX_TIMERS,
  type Operation,
  type RawOutcome,
} from "./protocol";
import wasm from "./quickjs.wasm";

const PAGES = 256;
/** 32 MiB with the interpreter's own 1 MiB. */
const MAX_PAGES = 512;
const HEAP_BYTES = 24 * 1024 * 1024;
const STACK_BYTES = 256 * 1024;
const LONGEST_SLEEP_MS = 10_000;
/** Making the interpreter and the guest's surroundings is not the plugin's to pay. */
const FUEL_TO_START = 200_000_000;
const FUEL_PER_CHARACTER_LOG2 = 4;
/** Poured in at a time: some ten milliseconds, after which the clock is looked at. */
const FUEL_AT_ONCE = 2_000_000;
/** What a call costs on our side of it. */
const FUEL_PER_CALL = 50_000;
const asks = JSON.parse(ASKS) as { module: string; name: string };
const OPERATIONS: readonly string[] = ["fetch", "kv", "mail", "files"];

export default class Strict extends WorkerEntrypoint {
  async run(job: Job, gate: Gate): Promise<RawOutcome> {
    const session = new Session(job, gate);
    try {
      return await session.run();
    } finally {
      session.close();
    }
  }
}

class SpentError extends Error {}

class Session {
  readonly #log = new RunLog(Date.now);
  readonly #startedAt = Date.now();
  readonly #job: Job;
  readonly #gate: Gate;
  #fuel: WebAssembly.Global | null = null;
  #reserve = 0;
  #enteredAt = 0;
  #computedMs = 0;
  #interrupted = false;
  #calls = 0;
  #waiting = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #closed = false;
  /** Settles when something that the plugin waits for has come, so that its jobs can go on. */
  #wake = () => {};

  constructor(job: Job, gate: Gate) {
    this.#job = job;
    this.#gate = gate;
  }

  async run(): Promise<RawOutcome> {
    let vm: QuickJSContext;
    try {
      vm = await this.#open();
      this.#give(this.#job.limits.fuel);
      const value = await this.#live(vm);
      return this.#outcome("ok", value, null);
    } catch (error) {
      // The gauge is asked first: what an empty one looks like from here depends on where the run stood.
      if (this.#spent || error instanceof SpentError) return this.#outcome("limit", null, "The run has computed more than it may.");
      if (error instanceof LateError) return this.#outcome("timeout", null, error.message);
      return this.#outcome("error", null, error instanceof Error ? error.message : String(error));
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  get #spent(): boolean {
    return this.#interrupted || this.#reserve + (this.#fuel?.value ?? 0) < 0;
  }

  #give(units: number): void {
    this.#reserve = units;
    if (this.#fuel !== null) this.#fuel.value = 0;
  }

  /** Asked by the interpreter when the gauge is empty. It traps when this leaves it empty. */
  #refill(): void {
    if (this.#fuel === null || this.#fuel.value >= 0) return;
    if (this.#mustStop()) return;
    const poured = Math.min(FUEL_AT_ONCE, this.#reserve);
    this.#reserve -= poured;
    this.#fuel.value += poured;
  }

  #take(units: number): void {
    this.#reserve -= units;
    if (this.#spent) throw new SpentError();
  }

  async #open(): Promise<QuickJSContext> {
    const metered = newVariant(variant, {
      emscriptenModule: {
        wasmMemory: new WebAssembly.Memory({ initial: PAGES, maximum: MAX_PAGES }),
        instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
          const clock = imports[asks.module]?.[asks.name] as () => number;
          const asking = () => {
            this.#refill();
            return clock();
          };
          const own = { ...imports, [asks.module]: { ...imports[asks.module], [asks.name]: asking } };
          const instance = new WebAssembly.Instance(wasm, own);
          this.#fuel = instance.exports.fuel as WebAssembly.Global;
          this.#give(FUEL_TO_START);
          done(instance);
          return instance.exports;
        },
      } as never,
    });
    const quickjs = await newQuickJSWASMModuleFromVariant(metered);
    const runtime = quickjs.newRuntime();
    runtime.setMemoryLimit(HEAP_BYTES);
    runtime.setMaxStackSize(STACK_BYTES);
    const vm = runtime.newContext();
    this.#define(vm);
    return vm;
  }

  /** Where the clock moves while the isolate computes, it ends a run before the fuel does. */
  #mustStop(): boolean {
    // Before the plugin has begun, nothing is its own doing.
    if (this.#enteredAt === 0) return false;
    this.#interrupted ||= this.#computedMs + Date.now() - this.#enteredAt > this.#job.limits.cpuMs;
    return this.#interrupted;
  }

  #inside<T>(work: () => T): T {
    this.#enteredAt = Date.now();
    try {
      return work();
    } finally {
      this.#computedMs += Date.now() - this.#enteredAt;
    }
  }

  #define(vm: QuickJSContext): void {
    const call = vm.newFunction("call", (operation, argument) => this.#call(vm, vm.getString(operation), argument));
    const log = vm.newFunction("log", (level, text) => {
      this.#log.add(vm.getString(level), this.#text(vm, text));
    });
    const sleep = vm.newFunction("sleep", (ms) => this.#sleep(vm, vm.getNumber(ms)));
    const start = vm.unwrapResult(vm.evalCode(GUEST, "headwater.js"));
    const made = vm.unwrapResult(vm.callFunction(start, vm.undefined, call, log, sleep));
    vm.setProp(vm.global, "__run", made);
  }

  /** Reading text out of the interpreter is our own work; it is paid for by length, and refused when it is too long. */
  #text(vm: QuickJSContext, handle: QuickJSHandle): string {
    const length = vm.typeof(handle) === "string" ? lengthOf(vm, handle) : 0;
    if (length > MAX_ARGUMENT) return `[${length} characters]`;
    this.#take(length >> FUEL_PER_CHARACTER_LOG2);
    return vm.getString(handle);
  }

  #call(vm: QuickJSContext, operation: string, handle: QuickJSHandle): QuickJSHandle {
    this.#take(FUEL_PER_CALL);
    const argument = this.#text(vm, handle);
    const answer = async (): Promise<string> => {
      if (++this.#calls > MAX_CALLS) {
        // Somebody who is told no and asks on is not asking for anything.
        if (this.#calls > 2 * MAX_CALLS) this.#interrupted = true;
        return JSON.stringify({ error: `At most ${MAX_CALLS} calls in a run.` });
      }
      if (!OPERATIONS.includes(operation)) return JSON.stringify({ error: "There is no such call." });
      return this.#gate.call(operation as Operation, argument);
    };
    return this.#promise(vm, answer);
  }

  #sleep(vm: QuickJSContext, ms: number): QuickJSHandle {
    return this.#promise(vm, () => {
      if (this.#timers.size >= MAX_TIMERS) throw new Error(`At most ${MAX_TIMERS} timers at once.`);
      return new Promise<string>((done) => {
        const timer = setTimeout(
          () => {
            this.#timers.delete(timer);
            done("");
          },
          Math.min(Math.max(Number.isFinite(ms) ? ms : 0, 1), LONGEST_SLEEP_MS),
        );
        this.#timers.add(timer);
      });
    });
  }

  #promise(vm: QuickJSContext, work: () => Promise<string>): QuickJSHandle {
    const deferred = vm.newPromise();
    this.#waiting++;
    const settle = (text: string, failed: boolean) => {
      if (this.#closed || this.#spent) return;
      this.#waiting--;
      try {
        const value = failed ? vm.newError(text) : vm.newString(text);
        if (failed) deferred.reject(value);
        else deferred.resolve(value);
      } catch {
        // No memory is left in there to be told with: the run ends by itself.
      }
      this.#wake();
    };
    Promise.resolve()
      .then(work)
      .then(
        (text) => settle(text, false),
        (error: unknown) => settle(error instanceof Error ? error.message : "The call failed.", true),
      );
    return deferred.handle;
  }

  async #live(vm: QuickJSContext): Promise<string | null> {
    const job = this.#job;
    const program = `(function (FormPlugin) { "use strict"; ${job.code}\n})`;
    const made = this.#inside(() => unwrap(vm, vm.evalCode(program, "plugin.js")));
    const start = vm.getProp(vm.global, "__run");
    unwrap(vm, vm.evalCode("delete globalThis.__run", "headwater.js"));
    const hook = job.hook === null ? vm.null : vm.newString(job.hook);
    const promise = this.#inside(() => unwrap(vm, vm.callFunction(start, vm.undefined, made, hook, vm.newString(job.input))));
    const endsAt = this.#startedAt + job.limits.wallMs;
    for (;;) {
      const ran = this.#inside(() => vm.runtime.executePendingJobs());
      if (ran.error) throw new Error(describeThrown(vm, ran.error));
      const state = vm.getPromiseState(promise);
      if (state.type === "fulfilled") return this.#returned(vm, state.value);
      if (state.type === "rejected") throw new Error(describeThrown(vm, state.error));
      if (this.#waiting === 0) throw new LateError("The run waits for a promise that nothing will ever settle.");
      await this.#somethingComes(endsAt);
    }
  }

  #returned(vm: QuickJSContext, handle: QuickJSHandle): string | null {
    if (vm.typeof(handle) !== "string") return null;
    if (lengthOf(vm, handle) > MAX_RETURNED) throw new Error(`A hook may return at most ${MAX_RETURNED} characters of JSON.`);
    return vm.getString(handle);
  }

  async #somethingComes(endsAt: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LateError("The run took longer than it may.")), Math.max(0, endsAt - Date.now()));
    });
    const woken = new Promise<void>((done) => {
      this.#wake = done;
    });
    try {
      await Promise.race([woken, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #outcome(outcome: RawOutcome["outcome"], value: string | null, error: string | null): RawOutcome {
    const { lines: logs, dropped } = this.#log;
    return { outcome, value, error: error?.slice(0, MAX_ERROR) ?? null, logs, dropped, durationMs: Date.now() - this.#startedAt };
  }
}

class LateError extends Error {}

function lengthOf(vm: QuickJSContext, handle: QuickJSHandle): number {
  return vm.getNumber(vm.getProp(handle, "length"));
}

function unwrap(vm: QuickJSContext, result: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle {
  if (result.error) throw new Error(describeThrown(vm, result.error));
  return result.value;
}

/** Whatever was thrown may be huge, or have a getter where its message should be: only text is taken. */
function describeThrown(vm: QuickJSContext, handle: QuickJSHandle): string {
  const part = (name: string): string => {
    const value = vm.getProp(handle, name);
    return vm.typeof(value) === "string" && lengthOf(vm, value) <= MAX_ERROR ? vm.getString(value) : "";
  };
  if (vm.typeof(handle) !== "object") {
    return vm.typeof(handle) === "string" && lengthOf(vm, handle) <= MAX_ERROR
      ? `Thrown: ${vm.getString(handle)}`
      : "Something was thrown that is no error.";
  }
  const line = /plugin\.js:(\d+)/.exec(part("stack"))?.[1];
  return `${part("name") || "Error"}: ${part("message")}${line === undefined ? "" : ` (line ${line})`}`;
}
