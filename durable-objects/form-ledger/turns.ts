// Changes to one response take turns, so that two editors do not chase each other. A turn lapses: whoever took it may have died.
// It is courtesy alone: what keeps a late change out is that it names the entry it was based on.

const LEASE_MS = 10_000;

interface Line {
  holder: number;
  timer: ReturnType<typeof setTimeout>;
  waiting: ((turn: number) => void)[];
}

export class Turns {
  #last = 0;
  readonly #lines = new Map<string, Line>();

  take(responseId: string): Promise<number> {
    const line = this.#lines.get(responseId);
    if (line !== undefined) return new Promise((resolve) => line.waiting.push(resolve));
    return Promise.resolve(this.#grant(responseId, []));
  }

  give(responseId: string, turn: number): void {
    const line = this.#lines.get(responseId);
    if (line === undefined || line.holder !== turn) return;
    clearTimeout(line.timer);
    const next = line.waiting.shift();
    if (next === undefined) this.#lines.delete(responseId);
    else next(this.#grant(responseId, line.waiting));
  }

  #grant(responseId: string, waiting: Line["waiting"]): number {
    this.#last += 1;
    const turn = this.#last;
    const timer = setTimeout(() => this.give(responseId, turn), LEASE_MS);
    this.#lines.set(responseId, { holder: turn, timer, waiting });
    return turn;
  }
}
