// What the Worker says: all of it into a file, and what somebody should look at onto the terminal, in one line each.
import { createWriteStream, existsSync, renameSync, statSync } from "node:fs";
import type { WorkerLog } from "./serve.ts";

const MAX_BYTES = 20 * 1024 * 1024;
const SHOWN = new Set(["warn", "error"]);

export function openWorkerLog(file: string): (line: WorkerLog) => void {
  if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.old`);
  const stream = createWriteStream(file, { flags: "a", mode: 0o600 });
  return ({ level, message }) => {
    stream.write(`${message}\n`);
    if (SHOWN.has(level)) process.stderr.write(`  ! ${summarize(message)}\n`);
  };
}

function summarize(message: string): string {
  if (!message.startsWith("{")) return message;
  try {
    const { level: _level, time, message: text, correlation_id, stack: _stack, ...fields } = JSON.parse(message) as Record<string, unknown>;
    const clock = typeof time === "string" ? time.slice(11, 19) : "";
    const rest = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    return [clock, text, ...rest, correlation_id === undefined ? "" : `(${correlation_id})`].filter(Boolean).join("  ");
  } catch {
    return message;
  }
}
