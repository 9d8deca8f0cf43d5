// Who is at a piece of work in this isolate. A lease is a note, not a promise: workerd forbids one request to await what another
// has begun ("Cannot perform I/O on behalf of a different request"), so whoever finds a lease taken looks again by a timer of
// its own. A lease runs out by itself, because a request whose client hangs up is stopped without its `finally`.

export class Leases {
  readonly #until = new Map<string, number>();

  constructor(
    readonly lifeMs: number,
    private readonly most = 10_000,
  ) {}

  isTaken(key: string, now: number): boolean {
    const until = this.#until.get(key);
    return until !== undefined && now < until;
  }

  take(key: string, now: number): boolean {
    if (this.isTaken(key, now)) return false;
    if (this.#until.size >= this.most) this.#forgetOldest();
    this.#until.delete(key);
    this.#until.set(key, now + this.lifeMs);
    return true;
  }

  release(key: string): void {
    this.#until.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#until.keys()) {
      this.#until.delete(key);
      return;
    }
  }
}
