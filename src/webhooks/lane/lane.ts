// One endpoint's deliveries: which go now and how many at once. Decides; what waits, fails or costs is in `LaneDeps`.
import { LANE_SLOTS } from "../limits";
import { judge, type Verdict } from "../schedule";
import { afterAttempt, HEALTHY, isPersistent, quietUntil, Rate, slotsOf } from "./health";
import { notSent, resultOf, whyHopeless } from "./outcome";
import type { Content, LaneDeps, LaneEndpoint, Recorded } from "./ports";
import type { Due } from "./store";

const PREPARED_AT_ONCE = 25;
/** Enough to keep the slots busy while the next are read. */
const FEW_READY = 40;
/** Answers may be large, and an object has 128 MB. */
const MAX_READY_CHARACTERS = 8_000_000;
const RECORD_EVERY = 50;
/** An alarm may run for fifteen minutes; it comes again at once. */
const RUN_MS = 5 * 60_000;

interface Ready {
  due: Due;
  content: Content;
}

export class Lane {
  #endpoint: LaneEndpoint | null = null;
  /** It has just been read, and need not be read again. */
  #isFresh = false;
  #ready: Ready[] = [];
  readonly #sending = new Map<string, Promise<void>>();
  readonly #busyForms = new Set<string>();
  #wake: (() => void) | null = null;
  /** Something may be due that has not been read. */
  #more = true;
  #changed = false;
  #nextAt: number | null = null;
  #stop: Recorded["stop"] = null;
  #rate: Rate | null = null;
  #reading: Promise<void> | null = null;
  #recording: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(private readonly deps: LaneDeps) {}

  /** There is something new. */
  wake(): void {
    this.#more = true;
    this.#wake?.();
  }

  /** The endpoint is another than before: what was made ready for it is made anew. */
  refresh(): void {
    this.#changed = true;
    this.wake();
  }

  /** Works until nothing is due. When to come again; null: when somebody wakes it. */
  async run(): Promise<number | null> {
    const { deps } = this;
    const until = deps.now() + RUN_MS;
    this.#ready = [];
    this.#more = true;
    this.#changed = false;
    this.#nextAt = null;
    this.#failure = null;
    await this.#record();
    this.#endpoint = await deps.endpoint(this.#known());
    this.#isFresh = true;
    for (;;) {
      if (this.#changed) await this.#lookAgain();
      const now = deps.now();
      const endpoint = this.#stop === null ? this.#endpoint : null;
      const isOver = endpoint === null || now >= until;
      const quiet = quietUntil(deps.memory.health(), now);
      const isActive = !isOver && quiet === null;
      if (isActive) this.#readIfNeeded(now);
      const wait = isActive ? this.#fill(endpoint, now) : null;
      if (this.#sending.size === 0 && this.#reading === null) {
        await this.#record();
        this.#throwFailure();
        if (endpoint === null) return null;
        if (isOver) return deps.now();
        if (quiet !== null) return quiet;
        if (wait !== null) return now + wait;
        if (this.#ready.length > 0 || this.#more || this.#changed) continue;
        return this.#nextAt;
      }
      this.#recordIfMany();
      await this.#something(wait ?? (isActive ? this.#untilNext(now) : null));
      this.#throwFailure();
    }
  }

  async #lookAgain(): Promise<void> {
    await this.#reading;
    this.#changed = false;
    this.#ready = [];
    this.#more = true;
    this.#endpoint = await this.deps.endpoint(this.#known());
    this.#isFresh = true;
  }

  #readIfNeeded(now: number): void {
    const due = this.#more || (this.#nextAt !== null && this.#nextAt <= now);
    if (!due || this.#reading !== null || this.#ready.length > FEW_READY || this.#readyCharacters() > MAX_READY_CHARACTERS / 2) return;
    this.#more = false;
    this.#reading = this.#read(now)
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#reading = null;
      });
  }

  async #read(now: number): Promise<void> {
    const { deps } = this;
    // The store must know how the last ones went before it is asked what is due.
    await this.#record();
    const endpoint = this.#isFresh ? this.#endpoint : await deps.endpoint(this.#known());
    this.#isFresh = false;
    this.#endpoint = endpoint;
    if (endpoint === null) return;
    const forms = new Set([...this.#busyForms, ...this.#ready.map(({ due }) => due.formId)]);
    const page = endpoint.ordered ? await deps.inOrder(now, forms) : await deps.due(this.#known(), now);
    if (page.more) this.#more = true;
    const untold = deps.memory.results().flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
    const next = Math.min(page.nextAt ?? Number.POSITIVE_INFINITY, ...untold);
    this.#nextAt = Number.isFinite(next) ? next : null;
    for (let i = 0; i < page.due.length; i += PREPARED_AT_ONCE) {
      const part = page.due.slice(i, i + PREPARED_AT_ONCE);
      const contents = await deps.prepare(part);
      this.#ready.push(...part.map((due) => ({ due, content: contents.get(due.id) ?? { error: "What it tells is not there any more." } })));
      this.#wake?.();
      if (this.#readyCharacters() > MAX_READY_CHARACTERS && i + PREPARED_AT_ONCE < page.due.length) {
        this.#more = true;
        break;
      }
    }
  }

  #readyCharacters(): number {
    return this.#ready.reduce((sum, { content }) => sum + ("body" in content ? content.body.length : 0), 0);
  }

  #known(): string[] {
    return [...this.#ready.map(({ due }) => due.id), ...this.#sending.keys(), ...this.deps.memory.results().map(({ id }) => id)];
  }

  /** Starts what may start. Milliseconds until the rate allows another; null: it does not stand in the way. */
  #fill(endpoint: LaneEndpoint, now: number): number | null {
    const slots = slotsOf(this.deps.memory.health(), LANE_SLOTS);
    while (this.#sending.size < slots) {
      const at = this.#ready.findIndex(({ due }) => !endpoint.ordered || !this.#busyForms.has(due.formId));
      const next = this.#ready[at];
      if (next === undefined) return null;
      const wait = this.#takeTurn(endpoint, now);
      if (wait > 0) return wait;
      this.#ready.splice(at, 1);
      this.#start(endpoint, next, now);
    }
    return null;
  }

  #takeTurn({ maxPerMinute }: LaneEndpoint, now: number): number {
    if (maxPerMinute === null) this.#rate = null;
    else if (this.#rate?.perMinute !== maxPerMinute) this.#rate = new Rate(maxPerMinute, now);
    return this.#rate?.take(now) ?? 0;
  }

  #start(endpoint: LaneEndpoint, { due, content }: Ready, now: number): void {
    if (endpoint.ordered) this.#busyForms.add(due.formId);
    const work = this.#attempt(due, content, now)
      .then((isThrough) => {
        if (endpoint.ordered) this.#goOnInOrder(due.formId, isThrough);
      })
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#sending.delete(due.id);
        this.#busyForms.delete(due.formId);
      });
    this.#sending.set(due.id, work);
  }

  /** What comes after one that will be tried again waits until it is through, which only the store can say. */
  #goOnInOrder(formId: string, isThrough: boolean): void {
    if (!isThrough) this.#ready = this.#ready.filter(({ due }) => due.formId !== formId);
    if (!this.#ready.some(({ due }) => due.formId === formId)) this.#more = true;
  }

  /** True when it is over, one way or the other. */
  async #attempt(due: Due, content: Content, at: number): Promise<boolean> {
    const { deps } = this;
    const hopeless = whyHopeless(due, content, at);
    const exchange = "body" in content && hopeless === null ? await deps.send(due, due.attempts + 1, content.body, at) : notSent(hopeless);
    const now = deps.now();
    const verdict = judge(exchange, now);
    if (hopeless === null) this.#note(verdict, now);
    const result = resultOf(due, { at, now, exchange, verdict, hopeless: hopeless !== null }, () => deps.dice());
    deps.memory.addResult(result);
    if (result.dueAt !== null) this.#nextAt = Math.min(this.#nextAt ?? Number.POSITIVE_INFINITY, result.dueAt);
    return result.next !== "pending";
  }

  #note(verdict: Verdict, now: number): void {
    const { memory } = this.deps;
    const before = memory.health();
    const ok = verdict.outcome === "delivered";
    const after = afterAttempt(before, { ok, unhealthy: verdict.unhealthy, holdMs: verdict.holdMs }, now);
    if (JSON.stringify(after) !== JSON.stringify(before)) memory.setHealth(after);
    if (verdict.gone) this.#stop = "gone";
    else if (this.#stop === null && isPersistent(after, now)) this.#stop = "persistent";
  }

  #recordIfMany(): void {
    if (this.#recording === null && this.deps.memory.results().length >= RECORD_EVERY) {
      void this.#record().catch((error: unknown) => {
        this.#failure = error;
      });
    }
  }

  /** One at a time, and whoever asks later is told when what they know of is written. */
  async #record(): Promise<void> {
    while (this.#recording !== null) await this.#recording.catch(() => undefined);
    const results = this.deps.memory.results();
    const stop = this.#stop;
    if (results.length === 0 && stop === null) return;
    this.#recording = this.deps.record({ results, health: this.deps.memory.health(), stop });
    try {
      await this.#recording;
      this.deps.memory.dropResults(results);
      if (stop !== null) {
        // It is paused or disabled in the store by now; whoever resumes it starts with a clean slate.
        this.#stop = null;
        this.#endpoint = null;
        this.deps.memory.setHealth(HEALTHY);
      }
    } finally {
      this.#recording = null;
    }
  }

  /** Null when what is due cannot be read just now: then the end of something else comes first. */
  #untilNext(now: number): number | null {
    return this.#nextAt === null || this.#nextAt <= now ? null : this.#nextAt - now;
  }

  /** Until a delivery ends, a page arrives, somebody wakes the lane, or the time has come. */
  async #something(waitMs: number | null): Promise<void> {
    const events: Promise<unknown>[] = [...this.#sending.values()];
    if (this.#reading !== null) events.push(this.#reading);
    let timer: ReturnType<typeof setTimeout> | undefined;
    events.push(
      new Promise<void>((done) => {
        this.#wake = done;
        if (waitMs !== null) timer = setTimeout(done, waitMs);
      }),
    );
    await Promise.race(events);
    clearTimeout(timer);
    this.#wake = null;
  }

  #throwFailure(): void {
    if (this.#failure === null) return;
    const failure = this.#failure;
    this.#failure = null;
    throw failure;
  }
}
