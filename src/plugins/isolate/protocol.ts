// What passes between Headwater and an isolate that runs a plugin. JSON text only: nothing alive crosses but the one function
// that calls back.

export type Operation = "fetch" | "kv" | "mail" | "files";

/** The only way out of an isolate. Every call is checked again on our side. */
export interface Gate {
  /** JSON in, JSON out: `{"value": …}` or `{"error": "…"}`. */
  call(operation: Operation, argument: string): Promise<string>;
}

export interface Limits {
  /** Of the run's own computing: units of fuel in the strict mode, of the meter in the metered one. */
  fuel: number;
  /** Also of computing, where the clock of the runtime moves while it computes. */
  cpuMs: number;
  /** From beginning to end, waiting included. */
  wallMs: number;
}

export interface Job {
  /** For the strict mode: the plugin as a function's body. In the metered mode it is a module of the isolate. */
  code: string;
  /** A method of the plugin, or null to be told what it declares. */
  hook: string | null;
  /** JSON: `{config, secrets, event, payload}`. */
  input: string;
  limits: Limits;
}

export interface LogLine {
  level: "info" | "warn" | "error";
  text: string;
  at_ms: number;
}

export interface RawOutcome {
  outcome: "ok" | "error" | "timeout" | "limit";
  /** JSON of what the hook returned. */
  value: string | null;
  error: string | null;
  logs: LogLine[];
  /** Lines that were thrown away because there were too many. */
  dropped: number;
  durationMs: number;
}

export const MAX_LOG_LINES = 200;
export const MAX_LINE = 2_000;
export const MAX_LOG_CHARACTERS = 20_000;
export const MAX_ERROR = 2_000;
/** Of one call through the gate, in characters; and of what a hook returns. */
export const MAX_ARGUMENT = 256 * 1024;
export const MAX_RETURNED = 16 * 1024;
export const MAX_CALLS = 200;
export const MAX_TIMERS = 100;
