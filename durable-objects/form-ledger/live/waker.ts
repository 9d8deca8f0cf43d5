// Wakes the feed that this ledger is one of several of. Once is enough until the feed has come and read, which it does at its own pace:
// so a change waits for one pace, not for two.
import { describeError, type Logger } from "../../../src/shared/log";
import type { LedgerStorage } from "../storage";

const AGAIN_MS = 2_000;

export class Waker {
  #isFollowed: boolean;
  /** How often it was read: whoever reads while a wake-up is under way is not forgotten by its answer. */
  #reads = 0;
  /** Null: read since, or never woken. */
  #wokenAt: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly disk: Pick<LedgerStorage, "fact" | "setFact">,
    readonly deps: { wake(): Promise<boolean>; now(): number; log: Logger },
  ) {
    this.#isFollowed = disk.fact<number>("followed") === 1;
    // What was committed before a crash may not have been told.
    this.changed();
  }

  /** The feed reads; from now on it wants to be woken. */
  read(): void {
    this.#reads += 1;
    this.#wokenAt = null;
    if (!this.#isFollowed) this.#follow(true);
  }

  changed(): void {
    if (!this.#isFollowed || this.#timer !== null) return;
    // A feed that was woken and has not come may have died with those who listened.
    if (this.#wokenAt !== null && this.deps.now() - this.#wokenAt < AGAIN_MS) return;
    this.#wakeIn(0);
  }

  #wakeIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#wake(), ms);
  }

  async #wake(): Promise<void> {
    this.#timer = null;
    this.#wokenAt = this.deps.now();
    const reads = this.#reads;
    try {
      const listens = await this.deps.wake();
      if (!listens && reads === this.#reads) this.#follow(false);
    } catch (error) {
      this.deps.log.warn("the form's feed was not woken", describeError(error));
      if (this.#timer === null) this.#wakeIn(AGAIN_MS);
    }
  }

  #follow(is: boolean): void {
    this.#isFollowed = is;
    this.disk.setFact("followed", is ? 1 : 0);
  }
}
