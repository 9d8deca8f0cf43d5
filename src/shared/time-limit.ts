export class TimeLimitError extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} took longer than ${limitMs} ms`);
    this.name = "TimeLimitError";
  }
}

/** Gives up on work that cannot be aborted (bindings take no signal). The work itself may go on; its outcome is dropped. */
export async function withTimeLimit<T>(what: string, limitMs: number, work: Promise<T>): Promise<T> {
  let stopClock = () => {};
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new TimeLimitError(what, limitMs)), limitMs);
    stopClock = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    stopClock();
  }
}
