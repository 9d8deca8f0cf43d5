// What came of the requests.
export const KINDS = ["view", "submit", "analytics"] as const;
export type Kind = (typeof KINDS)[number];

export interface Summary {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  errors: number;
}

export class Tally {
  readonly #times = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  readonly #errors = new Map<Kind, number>();
  /** What went wrong, and how often. */
  readonly complaints = new Map<string, number>();
  readonly caches = new Map<string, number>();

  add(kind: Kind, ms: number, error: string | null, cache: string): void {
    this.#times.get(kind)?.push(ms);
    if (error !== null) {
      count(this.#errors, kind);
      count(this.complaints, `${kind}: ${error}`);
    }
    if (cache !== "" && cache !== "BYPASS") count(this.caches, cache);
  }

  summary(seconds: number, kind?: Kind): Summary {
    const times = (kind === undefined ? KINDS : [kind]).flatMap((each) => this.#times.get(each) ?? []).sort((a, b) => a - b);
    const at = (share: number) => Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1));
    const errors = kind === undefined ? [...this.#errors.values()].reduce((sum, n) => sum + n, 0) : (this.#errors.get(kind) ?? 0);
    const perSecond = Math.round(times.length / seconds);
    return { requests: times.length, perSecond, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), errors };
  }

  /** Cacheable replies that no store had to be asked for. */
  hitShare(): number {
    const all = [...this.caches.values()].reduce((sum, n) => sum + n, 0);
    return all === 0 ? 0 : 1 - (this.caches.get("MISS") ?? 0) / all;
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
