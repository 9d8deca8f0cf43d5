// The metered mode: the plugin runs natively, from source in which loops and calls are counted (source/meter.ts), among built-in
// functions that are counted as well (harden.ts). An isolate serves one plugin; its module is a function, evaluated anew for each
// run, and everything that outlives a run is frozen.
import { WorkerEntrypoint } from "cloudflare:workers";
import { describe, errorText, FormPlugin, run } from "./guest";
import { harden } from "./harden";
import { RunLog } from "./log";
import { currentMeter, hooksOf, Meter, SpentError } from "./meter";
import makePlugin from "./plugin.js";
import { type Gate, type Job, MAX_ARGUMENT, MAX_CALLS, MAX_RETURNED, MAX_TIMERS, type Operation, type RawOutcome } from "./protocol";

/** The strict mode counts steps of an interpreter; this one counts turns and calls, which are about so much more each. */
const FUEL_PER_UNIT_LOG2 = 5;
const LONGEST_SLEEP_MS = 10_000;

const setTimer = setTimeout;
const clearTimer = clearTimeout;
const now = Date.now;

class LateError extends Error {}

function guestTimeout(work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object {
  const meter = currentMeter();
  if (meter === null || ++meter.timers > MAX_TIMERS) throw new RangeError(`At most ${MAX_TIMERS} timers in a run.`);
  meter.waiting++;
  const handle = { cancelled: false };
  setTimer(
    () => {
      meter.settled();
      if (meter.spent || handle.cancelled) return;
      meter.enter();
      try {
        work(...args);
      } catch {
        // As in a browser: what a timer throws is nobody's to catch.
      }
      meter.leave();
    },
    Math.min(Math.max(Number(ms) || 0, 1), LONGEST_SLEEP_MS),
  );
  return handle;
}

/** The timer still comes, and does nothing: what counts them need not know which are left. */
function guestClear(id: unknown): void {
  if (typeof id === "object" && id !== null) (id as { cancelled: boolean }).cancelled = true;
}

freezeDeep(FormPlugin);
harden({ setTimeout: guestTimeout, clearTimeout: guestClear });

export default class Metered extends WorkerEntrypoint {
  async run(job: Job, gate: Gate): Promise<RawOutcome> {
    const meter = new Meter(job.limits.fuel >> FUEL_PER_UNIT_LOG2, job.limits.cpuMs);
    meter.enter();
    const log = new RunLog(now);
    const startedAt = now();
    let calls = 0;
    const port = {
      log: (level: string, text: string) => log.add(`${level}`, `${text}`),
      call: async (operation: string, argument: string): Promise<string> => {
        if (++calls > MAX_CALLS) {
          // Somebody who is told no and asks on is not asking for anything.
          if (calls > 2 * MAX_CALLS) meter.close();
          return `{"error":"At most ${MAX_CALLS} calls in a run."}`;
        }
        if (argument.length > MAX_ARGUMENT) return `{"error":"At most ${MAX_ARGUMENT} characters in a call."}`;
        meter.waiting++;
        try {
          return await gate.call(operation as Operation, argument);
        } finally {
          meter.settled();
        }
      },
    };
    const outcome = (kind: RawOutcome["outcome"], value: string | null, error: string | null): RawOutcome => ({
      outcome: kind,
      value,
      // Not cut here: nothing that is built in can be called any more once the meter is spent.
      error,
      logs: log.lines,
      dropped: log.dropped,
      durationMs: now() - startedAt,
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimer(() => reject(new LateError("The run took longer than it may.")), job.limits.wallMs);
        // After all jobs that are due by then: a timer comes when none is left.
        meter.whenIdle = () => {
          setTimer(() => {
            if (meter.waiting === 0) reject(new LateError("The run waits for a promise that nothing will ever settle."));
          }, 1);
        };
        meter.whenIdle();
      });
      const value = await Promise.race([begin(meter, job, port), late]);
      if (value !== null && value.length > MAX_RETURNED)
        return outcome("error", null, `A hook may return at most ${MAX_RETURNED} characters of JSON.`);
      return outcome("ok", value, null);
    } catch (error) {
      if (meter.spent || error instanceof SpentError) return outcome("limit", null, "The run has computed more than it may.");
      if (error instanceof LateError) return outcome("timeout", null, error.message);
      return outcome("error", null, told(error));
    } finally {
      clearTimer(timer);
      meter.close();
      meter.leave();
    }
  }
}

async function begin(meter: Meter, job: Job, port: Parameters<typeof run>[3]): Promise<string | null> {
  const Plugin: unknown = makePlugin(FormPlugin, hooksOf(meter));
  const value = await (job.hook === null ? describe(Plugin) : run(Plugin, job.hook, job.input, port));
  // A spent run that has caught the meter's error and returned is spent all the same.
  if (meter.spent) throw new SpentError();
  return value;
}

/** The thrown thing is the plugin's own: asking it for its message may run its code. */
function told(error: unknown): string {
  try {
    return `${errorText(error)}`;
  } catch {
    return "Something was thrown that cannot be told.";
  }
}

function freezeDeep(base: typeof FormPlugin): void {
  Object.freeze(base.prototype);
  Object.freeze(base);
}
