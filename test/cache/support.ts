// A context whose clock and deferred work the test holds in its hands.
import { env } from "cloudflare:test";
import type { CacheSpec } from "../../src/cache";
import type { ServiceContext } from "../../src/shared/context";
import { createLogger, type LogFields } from "../../src/shared/log";
import { openDatabase } from "../../src/store";

export interface Hands {
  ctx: ServiceContext;
  /** Moves the clock. */
  pass(ms: number): void;
  /** Waits for all that was deferred, also by what was deferred. */
  settle(): Promise<void>;
  logged: LogFields[];
}

export function hold(overrides: Partial<Env> = {}, startAt = 1_800_000_000_000): Hands {
  let time = startAt;
  let deferred: Promise<unknown>[] = [];
  const logged: LogFields[] = [];
  const used = { ...env, ...overrides } as Env;
  return {
    logged,
    pass: (ms) => {
      time += ms;
    },
    settle: async () => {
      while (deferred.length > 0) {
        const work = deferred;
        deferred = [];
        await Promise.all(work);
      }
    },
    ctx: {
      env: used,
      db: openDatabase(used.DB),
      log: createLogger({}, (line) => logged.push(JSON.parse(line) as LogFields)),
      correlationId: "test-cache",
      actor: { kind: "anonymous" },
      client: { ip: null, userAgent: null },
      now: () => time,
      defer: (work) => {
        deferred.push(work);
      },
    },
  };
}

let made = 0;
/** A name no other test uses. */
export const unique = (name: string) => `${name}:${++made}:${crypto.randomUUID()}`;

export function specOf(overrides: Partial<CacheSpec> = {}): CacheSpec {
  const name = unique("thing");
  return { key: name, tags: [`tag-${name}`], ttlSeconds: 60, staleSeconds: 30, ...overrides };
}

/** A load that counts how often it was asked, and answers with the number of the call. */
export function countingLoad() {
  const load = Object.assign(
    async () => {
      load.calls++;
      return { call: load.calls };
    },
    { calls: 0 },
  );
  return load;
}

/** A binding on which every method fails. */
export function broken<T extends object>(message = "out of order"): T {
  return new Proxy({} as T, {
    get: () => () => {
      throw new Error(message);
    },
  });
}
