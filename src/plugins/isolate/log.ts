import { type LogLine, MAX_LINE, MAX_LOG_CHARACTERS, MAX_LOG_LINES } from "./protocol";

/** The log of one run: a flood costs what it writes, and keeps no more than this. */
export class RunLog {
  readonly lines: LogLine[] = [];
  dropped = 0;
  #characters = 0;
  readonly #startedAt: number;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  add(level: string, text: string): void {
    if (this.lines.length >= MAX_LOG_LINES || this.#characters >= MAX_LOG_CHARACTERS) {
      this.dropped++;
      return;
    }
    const kept = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
    this.#characters += kept.length;
    this.lines.push({ level: level === "warn" || level === "error" ? level : "info", text: kept, at_ms: this.#now() - this.#startedAt });
  }
}
