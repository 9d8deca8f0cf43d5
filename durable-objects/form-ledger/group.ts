// Group commit. Calls that have arrived by the time the object gets round to it share one transaction, and so one write to disk.
// There is no collecting window: waiting on purpose was measured to cost more than it gathers.

interface Waiting<Q, A> {
  request: Q;
  at: number;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

export class Group<Q, A> {
  #waiting: Waiting<Q, A>[] = [];

  constructor(readonly commit: (requests: Q[], waitedMs: number) => A[]) {}

  add(request: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ request, at: Date.now(), resolve, reject }) === 1) setTimeout(() => this.#run(), 0);
    });
  }

  #run(): void {
    const group = this.#waiting;
    this.#waiting = [];
    const now = Date.now();
    const waitedMs = group.reduce((sum, { at }) => sum + now - at, 0);
    let answers: A[];
    try {
      answers = this.commit(
        group.map(({ request }) => request),
        waitedMs,
      );
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    // Nothing leaves the object before the transaction is on disk: the platform's output gate holds these replies.
    for (const [i, { resolve, reject }] of group.entries()) {
      const answer = answers[i];
      if (answer === undefined) reject(new Error("A call was left out of its group."));
      else resolve(answer);
    }
  }
}
