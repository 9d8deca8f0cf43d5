// Can this service serve? Each binding is really asked, all at once, each with its own time limit.
import type { ServiceContext } from "../shared/context";
import { Leases } from "../shared/lease";
import { describeError } from "../shared/log";
import { gauge } from "../shared/metrics";
import { TimeLimitError, withTimeLimit } from "../shared/time-limit";
import { type CheckName, Degraded, type Probe, probes as realProbes } from "./probes";

export type { CheckName } from "./probes";

const LIMIT_MS = 1_500;
/** Anybody may ask, so what was found is told again for a second instead of asking every binding each time. */
const TRUST_MS = 1_000;
/** While one request is probing, the others tell what was found before, if it is not older than this. */
const TRUST_WHILE_PROBING_MS = 5_000;
/** Without it everything but PDF works. */
const NOT_ESSENTIAL: ReadonlySet<CheckName> = new Set(["browser"]);

export interface Check {
  status: "ok" | "degraded" | "failed" | "skipped";
  latency_ms: number;
  detail?: string;
}
export interface Readiness {
  status: "ok" | "degraded" | "unavailable";
  checks: Partial<Record<CheckName, Check>>;
}

const up = gauge("headwater_check_up", "1 when the last readiness probe of this binding succeeded.", ["check"]);

export class ReadinessChecker {
  readonly #probing = new Leases(2 * LIMIT_MS);
  #last: { at: number; readiness: Readiness } | null = null;

  constructor(private readonly probes: Record<CheckName, Probe> = realProbes) {}

  async check(ctx: ServiceContext): Promise<Readiness> {
    const now = ctx.now();
    const age = this.#last === null ? Number.POSITIVE_INFINITY : Math.abs(now - this.#last.at);
    const isFirst = this.#probing.take("all", now);
    if (this.#last !== null && (age < TRUST_MS || (!isFirst && age < TRUST_WHILE_PROBING_MS))) {
      if (isFirst) this.#probing.release("all");
      return this.#last.readiness;
    }
    try {
      const readiness = await this.#probe(ctx);
      this.#last = { at: ctx.now(), readiness };
      return readiness;
    } finally {
      this.#probing.release("all");
    }
  }

  async #probe(ctx: ServiceContext): Promise<Readiness> {
    const names = Object.keys(this.probes).filter((name) => name !== "postgres" || ctx.env.HYPERDRIVE !== undefined) as CheckName[];
    const outcomes = await Promise.all(names.map((name) => runProbe(ctx, name, this.probes[name])));
    const checks = Object.fromEntries(names.map((name, i) => [name, outcomes[i]])) as Readiness["checks"];
    const failed = names.filter((name) => checks[name]?.status === "failed");
    const worse = failed.length > 0 || names.some((name) => checks[name]?.status === "degraded");
    const status = !worse ? "ok" : failed.every((name) => NOT_ESSENTIAL.has(name)) ? "degraded" : "unavailable";
    return { status, checks };
  }
}

async function runProbe(ctx: ServiceContext, name: CheckName, probe: Probe): Promise<Check> {
  const startedAt = ctx.now();
  const passed = () => Math.max(0, ctx.now() - startedAt);
  if (name === "browser" && ctx.env.BROWSER === undefined) return { status: "skipped", latency_ms: 0, detail: "Not bound." };
  try {
    await withTimeLimit(`probe of ${name}`, LIMIT_MS, probe(ctx));
    up.set(1, name);
    return { status: "ok", latency_ms: passed() };
  } catch (error) {
    if (error instanceof Degraded) {
      up.set(1, name);
      return { status: "degraded", latency_ms: passed(), detail: error.message };
    }
    up.set(0, name);
    ctx.log.warn("readiness probe failed", { check: name, ...describeError(error) });
    // Anybody may read this: what exactly broke stays in the log.
    const detail = error instanceof TimeLimitError ? `No answer within ${LIMIT_MS} ms.` : "It answered with an error.";
    return { status: "failed", latency_ms: passed(), detail };
  }
}

const ofThisIsolate = new ReadinessChecker();

export function checkReadiness(ctx: ServiceContext): Promise<Readiness> {
  return ofThisIsolate.check(ctx);
}
