// Wakes the feed that this ledger is one of several of: at once when it has been quiet, else twice a second.
import { FRAME_GAP_MS } from "../../../src/analytics";
import { describeError, type Logger } from "../../../src/shared/log";
import type { LedgerStorage } from "../storage";

const AGAIN_MS = 2_000;

export class Waker {
  #isFollowed: boolean;
  /** Whoever follows again while an answer is under way is not forgotten by it. */
  #follows = 0;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly disk: Pick<LedgerStorage, "fact" | "setFact">,
    readonly deps: { wake(): Promise<boolean>; now(): number; log: Logger },
  ) {
    this.#isFollowed = disk.fact<number>("followed") === 1;
    // What was committed before a crash may not have been told.
    this.changed();
  }

  follow(): void {
    this.#follows += 1;
    if (!this.#isFollowed) this.#follow(true);
  }

  changed(): void {
    if (!this.#isFollowed || this.#timer !== null) return;
    this.#wakeAt(this.#lastAt + FRAME_GAP_MS);
  }

  #wakeAt(at: number): void {
    this.#timer = setTimeout(() => void this.#wake(), Math.max(0, at - this.deps.now()));
  }

  async #wake(): Promise<void> {
    this.#timer = null;
    this.#lastAt = this.deps.now();
    const follows = this.#follows;
    try {
      const listens = await this.deps.wake();
      if (!listens && follows === this.#follows) this.#follow(false);
    } catch (error) {
      this.deps.log.warn("the form's feed was not woken", describeError(error));
      if (this.#timer === null) this.#wakeAt(this.deps.now() + AGAIN_MS);
    }
  }

  #follow(is: boolean): void {
    this.#isFollowed = is;
    this.disk.setFact("followed", is ? 1 : 0);
  }
}
