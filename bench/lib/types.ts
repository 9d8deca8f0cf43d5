import type { Demo } from "../../tools/lib/seed.ts";

export interface BenchRequest {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One file in bench/cases exports one of these as `default`; nothing else has to know of it. */
export interface BenchCase {
  name: string;
  title: string;
  connections: number;
  /** The request of a given number. It is made in the load process, as the load goes on. */
  request(demo: Demo, number: number): BenchRequest;
  /** Puts the store into the state that is measured. Its result is not kept: `request` sees the demo alone. */
  prepare?(demo: Demo): Promise<void>;
  /** The least share of a baseline's rate; below it the bench fails. */
  atLeast?: Partial<Record<Baseline, number>>;
}

/**
 * `bare`: a Worker that answers at once. `object`: one that asks a Durable Object which answers at once. Only for cases that ask for a
 * share of `plain`: `durable`, one object a form which writes down what it is sent, and does nothing else; `plain`: what a submit
 * costs the way it is commonly built, and `batched`: at its best.
 */
export const BASELINES = ["bare", "object", "durable", "plain", "batched"] as const;
export type Baseline = (typeof BASELINES)[number];

export interface Load {
  requestsPerSecond: number;
  p50Ms: number;
  p97Ms: number;
  p99Ms: number;
  /** Replies that were not 2xx, and connections that broke. */
  failures: number;
}

export interface LoadOrder {
  url: string;
  /** Whose requests are sent, whoever answers them. */
  bench: string;
  demo: Demo;
  connections: number;
  seconds: number;
}
