import { describe, expect, test, vi } from "vitest";
import { ReadinessChecker } from "../../src/operations/check-readiness";
import { type CheckName, Degraded, type Probe, probes as realProbes } from "../../src/operations/probes";
import { hold } from "../cache/support";

const fine: Record<CheckName, Probe> = {
  d1: async () => 1,
  kv: async () => 1,
  r2: async () => 1,
  queue: async () => 1,
  ledger: async () => 1,
  browser: async () => 1,
  postgres: async () => 1,
};
const fail = async () => {
  throw new Error("connect to 10.1.2.3 as admin failed");
};

describe("readiness", () => {
  test("is ok when every binding answers; Postgres is asked only where it is bound", async () => {
    const without = await new ReadinessChecker(fine).check(hold().ctx);
    expect(without.status).toBe("ok");
    expect(without.checks).not.toHaveProperty("postgres");
    const withIt = await new ReadinessChecker(fine).check(hold({ HYPERDRIVE: {} as Hyperdrive }).ctx);
    expect(withIt.checks.postgres?.status).toBe("ok");
  });

  test("is degraded without a browser alone, and unavailable without anything else", async () => {
    expect((await new ReadinessChecker({ ...fine, browser: fail }).check(hold().ctx)).status).toBe("degraded");
    for (const name of ["d1", "kv", "r2", "queue", "ledger"] as const) {
      const readiness = await new ReadinessChecker({ ...fine, browser: fail, [name]: fail }).check(hold().ctx);
      expect(readiness.status, name).toBe("unavailable");
      expect(readiness.checks[name]?.status).toBe("failed");
    }
  });

  test("is degraded, and says why, when something serves in part", async () => {
    const inPart = async () => {
      throw new Degraded("Two of three.");
    };
    const { status, checks } = await new ReadinessChecker({ ...fine, ledger: inPart }).check(hold().ctx);
    expect([status, checks.ledger]).toEqual(["degraded", { status: "degraded", latency_ms: 0, detail: "Two of three." }]);
    expect((await new ReadinessChecker({ ...fine, ledger: inPart, kv: fail }).check(hold().ctx)).status).toBe("unavailable");
  });

  test("tells the log what broke, and the world only that it did", async () => {
    const hands = hold();
    const { checks } = await new ReadinessChecker({ ...fine, d1: fail }).check(hands.ctx);
    expect(checks.d1).toEqual({ status: "failed", latency_ms: 0, detail: "It answered with an error." });
    expect(JSON.stringify(hands.logged)).toContain("10.1.2.3");
  });

  test("gives up on a binding that does not answer, without waiting for it with the others", async () => {
    vi.useFakeTimers();
    try {
      const asked = new ReadinessChecker({ ...fine, kv: () => new Promise(() => {}) }).check(hold().ctx);
      await vi.advanceTimersByTimeAsync(1_500);
      const { status, checks } = await asked;
      expect([status, checks.kv?.detail, checks.d1?.status]).toEqual(["unavailable", "No answer within 1500 ms.", "ok"]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("asks the bindings at most once a second, however often it is asked", async () => {
    const hands = hold();
    let asked = 0;
    const checker = new ReadinessChecker({
      ...fine,
      d1: async () => {
        asked++;
      },
    });
    for (let i = 0; i < 10; i++) await checker.check(hands.ctx);
    expect(asked).toBe(1);
    hands.pass(1_000);
    await Promise.all(Array.from({ length: 10 }, () => checker.check(hands.ctx)));
    expect(asked).toBe(2);
  });

  test("sees that a binding came back", async () => {
    const hands = hold();
    const probes = { ...fine, d1: fail as Probe };
    const checker = new ReadinessChecker(probes);
    expect((await checker.check(hands.ctx)).status).toBe("unavailable");
    probes.d1 = fine.d1;
    hands.pass(1_000);
    expect((await checker.check(hands.ctx)).status).toBe("ok");
  });
});

test("a database without our tables is not ready", async () => {
  const { ctx } = hold();
  const empty = { prepare: (query: string) => ctx.env.DB.prepare(query.replace("workspaces", "no_such_table")) } as D1Database;
  await expect(realProbes.d1({ ...ctx, env: { ...ctx.env, DB: empty } })).rejects.toThrow("no such table");
  await expect(realProbes.d1(ctx)).resolves.toBeDefined();
});
