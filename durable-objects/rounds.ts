// When those who listen to a feed are told: at once when it has been quiet, else twice a second, because what costs is the telling, once
// for each listener. Many listeners are told in groups, one after the other, so that the object can do something else in between.
import { FRAME_GAP_MS, nextFrameAt, type Told } from "../src/analytics";

/** Below this many, all are told together. */
const FEW_LISTENERS = 100;
/** A frame that was held up makes the next one no later, so that one long task does not drive all groups together; up to here. */
const MAX_LATE_MS = 60;
const AGAIN_MS = 1_000;

export interface News {
  changed: boolean;
  /** Who listens has changed. */
  presence: boolean;
}

/** Times are when a frame was or is due, not when it was told; null: nothing to tell. Who comes and goes makes no change wait. */
interface Group extends Told {
  changeAt: number | null;
  lastPresenceAt: number;
  presenceAt: number | null;
  timer: ReturnType<typeof setTimeout> | null;
  dueAt: number;
  isBeingTold: boolean;
}

interface Deps {
  listening(): number;
  /** What fails is tried again. */
  tell(group: number, news: News): void | Promise<void>;
  now(): number;
  failed(error: unknown): void;
}

export class Rounds {
  readonly #groups: Group[];

  constructor(
    readonly groups: number,
    readonly deps: Deps,
  ) {
    this.#groups = Array.from({ length: groups }, () => ({
      lastAt: 0,
      beforeAt: 0,
      changeAt: null,
      lastPresenceAt: 0,
      presenceAt: null,
      timer: null,
      dueAt: 0,
      isBeingTold: false,
    }));
  }

  /** Of the next who comes. */
  get nextGroup(): number {
    const count = this.deps.listening();
    return count < FEW_LISTENERS ? 0 : count % this.groups;
  }

  /** For everybody, or for one group. */
  changed(only?: number): void {
    const listening = this.deps.listening();
    if (listening === 0) return;
    const now = this.deps.now();
    const taking = listening < FEW_LISTENERS ? 1 : this.groups;
    for (const [index, group] of this.#groups.entries()) {
      if (only === undefined || only === index) group.changeAt ??= nextFrameAt(group, now, index, taking);
    }
    this.#schedule(now);
  }

  presenceChanged(): void {
    const now = this.deps.now();
    for (const group of this.#groups) group.presenceAt ??= Math.max(now, group.lastPresenceAt + FRAME_GAP_MS);
    this.#schedule(now);
  }

  #schedule(now: number): void {
    if (this.deps.listening() === 0) return;
    for (const [index, group] of this.#groups.entries()) {
      const at = Math.min(group.changeAt ?? Number.POSITIVE_INFINITY, group.presenceAt ?? Number.POSITIVE_INFINITY);
      if (at === Number.POSITIVE_INFINITY || group.isBeingTold || (group.timer !== null && group.dueAt <= at)) continue;
      if (group.timer !== null) clearTimeout(group.timer);
      group.dueAt = at;
      group.timer = setTimeout(() => void this.#frame(index, group), at - now);
    }
  }

  async #frame(index: number, group: Group): Promise<void> {
    const now = this.deps.now();
    group.timer = null;
    const news = {
      changed: group.changeAt !== null && group.changeAt <= now,
      presence: group.presenceAt !== null && group.presenceAt <= now,
    };
    if (group.changeAt !== null && news.changed) {
      group.beforeAt = group.lastAt;
      group.lastAt = Math.max(group.changeAt, now - MAX_LATE_MS);
      group.changeAt = null;
    }
    if (news.presence) {
      group.lastPresenceAt = now;
      group.presenceAt = null;
    }
    group.isBeingTold = true;
    try {
      await this.deps.tell(index, news);
    } catch (error) {
      this.deps.failed(error);
      const again = this.deps.now() + AGAIN_MS;
      if (news.changed) group.changeAt = again;
      if (news.presence) group.presenceAt = again;
    }
    group.isBeingTold = false;
    this.#schedule(this.deps.now());
  }
}
