// One JSON object a line. `correlation_id` is the request id of whoever started it, through queues and jobs.

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

// Keys whose values never reach a log, at any depth: what they hold would let a reader of logs act as somebody.
const SECRET_KEY = /pass(word|phrase)?|secret|token|authorization|cookie|api_?key|signature|^to$|email/i;
const MAX_DEPTH = 4;
const MAX_TEXT = 2_000;

export function createLogger(base: LogFields, write: (line: string, level: LogLevel) => void = writeToConsole): Logger {
  const emit =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      write(JSON.stringify({ time: new Date().toISOString(), level, message, ...base, ...(redact(fields, 0) as LogFields) }), level);
  return {
    debug: emit("debug"),
    info: emit("info"),
    warn: emit("warn"),
    error: emit("error"),
    with: (fields) => createLogger({ ...base, ...(redact(fields, 0) as LogFields) }, write),
  };
}

/** What a log may say of a failure: name and message, and the cause that drizzle hides the real one in. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
  return { error: error.name, detail: error.message, stack: error.stack, ...cause };
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? "[redacted]" : redact(item, depth + 1)]),
  );
}

function writeToConsole(line: string, level: LogLevel): void {
  console[level](line);
}
