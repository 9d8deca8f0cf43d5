// One run of a plugin's code in its isolate: started, waited for, and left behind when it does not come back.

import type { Gate, Job, RawOutcome } from "../isolate/protocol";
import { GRACE_MS } from "../limits";
import { type Isolate, meteredCode, strictCode } from "./code";
import { readOutcome } from "./outcome";

export interface Runnable {
  /** Of the isolate: the plugin and its source, so that a change begins afresh. Null: one for this run alone. */
  key: string | null;
  mode: "strict" | "metered";
  /** The body of the function that makes the class. */
  factory: string;
}

const RPC_CALLS = 300;

export async function execute(
  env: Env,
  { key, mode, factory }: Runnable,
  job: Omit<Job, "code">,
  gate: Gate,
  graceMs = GRACE_MS,
): Promise<RawOutcome> {
  const startedAt = Date.now();
  const slot = mode === "metered" && key !== null ? takeSlot(key) : 0;
  const cpuMs = job.limits.cpuMs + GRACE_MS;
  const code = () => (mode === "strict" ? strictCode(cpuMs, RPC_CALLS) : meteredCode(factory, cpuMs, RPC_CALLS));
  // Another build of ours must not find the isolates of this one.
  const stub = key === null ? env.LOADER.load(code()) : env.LOADER.get(`${mode}:${key}:${slot}:${env.VERSION?.id ?? ""}`, code);
  const entry = stub.getEntrypoint() as unknown as Isolate & Disposable;
  const waitMs = job.limits.wallMs + graceMs;
  let stopClock = () => {};
  const late = new Promise<RawOutcome>((done) => {
    const timer = setTimeout(() => done(lateOutcome(startedAt)), waitMs);
    stopClock = () => clearTimeout(timer);
  });
  try {
    const run = entry.run({ ...job, code: mode === "strict" ? factory : "" }, gate);
    return readOutcome(await Promise.race([run, late]));
  } catch (error) {
    return brokenOutcome(error, startedAt);
  } finally {
    stopClock();
    if (mode === "metered" && key !== null) giveSlot(key, slot);
  }
}

const MAX_SLOTS = 16;
const busy = new Map<string, Set<number>>();

/** In the metered mode runs of one isolate share its built-in functions, and so its meter; side by side they get one each. */
function takeSlot(key: string): number {
  const taken = busy.get(key) ?? new Set();
  busy.set(key, taken);
  let slot = 0;
  while (taken.has(slot) && slot < MAX_SLOTS) slot++;
  taken.add(slot);
  return slot;
}

function giveSlot(key: string, slot: number): void {
  const taken = busy.get(key);
  taken?.delete(slot);
  if (taken?.size === 0) busy.delete(key);
}

function lateOutcome(startedAt: number): RawOutcome {
  const error = "The run did not come back.";
  return { outcome: "timeout", value: null, error, logs: [], dropped: 0, durationMs: Date.now() - startedAt };
}

/** The isolate itself gave up: the platform's own limits, or a module that does not load. */
function brokenOutcome(error: unknown, startedAt: number): RawOutcome {
  const text = error instanceof Error ? error.message : String(error);
  const outcome = /CPU|memory|resource/i.test(text) ? "limit" : /hung|never generate/i.test(text) ? "timeout" : "error";
  return { outcome, value: null, error: text.slice(0, 500), logs: [], dropped: 0, durationMs: Date.now() - startedAt };
}
