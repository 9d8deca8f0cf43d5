// The feeds of several ledgers as one. A position names an entry of each; `seq` is how many entries they have together.
import { summarise } from "../summarise";
import {
  type ChangeItem,
  type FeedHead,
  type FeedMessage,
  type FeedResponse,
  type FeedTotals,
  metricsView,
  responseFrame,
} from "./messages";
import { FRAME_GAP_MS } from "./pace";

type FromLedger = FeedMessage | FeedTotals;

export class MergedFeed {
  readonly #seqs: number[];
  readonly #totals: (FeedTotals | null)[];
  readonly #resuming: boolean;
  #items: ChangeItem[] = [];
  #resync = false;
  #listeners: number | null = null;
  #metricsDue = false;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #end: () => void = () => {};
  #intervals: ReturnType<typeof setInterval>[] = [];
  #closed = false;

  /** `after`: which entry of each ledger the listener knows of; none when it begins now. */
  constructor(
    readonly formId: string,
    readonly sockets: readonly WebSocket[],
    after: ReadonlyMap<number, number>,
    readonly send: (message: FeedMessage) => void,
    readonly now: () => number,
  ) {
    this.#seqs = sockets.map((_, shard) => after.get(shard) ?? 0);
    this.#totals = sockets.map(() => null);
    this.#resuming = after.size > 0;
    for (const [shard, socket] of sockets.entries()) {
      socket.addEventListener("message", ({ data }) => this.#hear(shard, JSON.parse(String(data))));
      socket.addEventListener("close", () => this.close());
      socket.addEventListener("error", () => this.close());
      socket.accept();
    }
  }

  onEnd(end: () => void): void {
    this.#end = end;
  }

  every(milliseconds: number, work: () => void): void {
    this.#intervals.push(setInterval(work, milliseconds));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const interval of this.#intervals) clearInterval(interval);
    for (const socket of this.sockets) socket.close(1000);
    this.#end();
  }

  #hear(shard: number, message: FromLedger): void {
    switch (message.type) {
      case "response":
        for (const item of message.batch ?? [message]) this.#items.push(item);
        break;
      case "totals":
        // Nothing comes from a ledger before its first totals unless it was asked to resume.
        if (this.#totals[shard] === null && !this.#resuming) this.#seqs[shard] = message.seq;
        this.#totals[shard] = message;
        this.#metricsDue = true;
        break;
      case "presence":
        // Every client listens to every ledger; one of them is enough to count heads.
        if (shard === 0) this.#listeners = message.data.listeners;
        break;
      case "resync":
        this.#resync = true;
        this.#seqs[shard] = message.seq;
        break;
      case "metrics":
        break;
    }
    if (this.#timer === null && !this.#closed && this.#totals.every((totals) => totals !== null)) this.#schedule();
  }

  #schedule(): void {
    const wait = Math.max(0, this.#lastAt + FRAME_GAP_MS - this.now());
    this.#timer = setTimeout(() => this.#frame(), wait);
  }

  #frame(): void {
    this.#timer = null;
    this.#lastAt = this.now();
    const items = this.#items.map((item) => this.#placed(item));
    this.#items = [];
    // What a ledger says comes in order: with its totals, everything up to them has been heard.
    for (const [shard, totals] of this.#totals.entries()) this.#seqs[shard] = Math.max(this.#seqs[shard] ?? 0, totals?.seq ?? 0);
    const said: FeedMessage[] = [];
    if (this.#resync) said.push({ type: "resync", ...this.#head() });
    const response: FeedResponse | null = responseFrame(items);
    if (response !== null) said.push(response);
    if (this.#metricsDue) said.push({ type: "metrics", ...this.#head(), data: this.#metrics() });
    if (this.#listeners !== null) said.push({ type: "presence", ...this.#head(), data: { listeners: this.#listeners } });
    this.#resync = false;
    this.#metricsDue = false;
    this.#listeners = null;
    try {
      for (const message of said) this.send(message);
    } catch {
      this.close();
    }
  }

  /** The item with the place of all ledgers once it has been told. */
  #placed(item: ChangeItem): ChangeItem {
    const [shard = 0, seq = 0] = item.position.split(":").map(Number);
    this.#seqs[shard] = seq;
    return { ...item, ...this.#head() };
  }

  #metrics() {
    const totals = this.#totals.flatMap((known) => (known === null ? [] : [known.data]));
    return metricsView(this.formId, summarise(totals), this.now(), this.#head().position);
  }

  #head(): FeedHead {
    return {
      seq: this.#seqs.reduce((sum, seq) => sum + seq, 0),
      position: this.#seqs.map((seq, shard) => `${shard}:${seq}`).join(","),
    };
  }
}
