// The short form of `npm run storm`: the real server, endpoints that misbehave, and SIGKILLs between.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storm } from "../../tools/lib/storm/run.ts";
import { emptyState } from "./support/headwater.ts";

let state: ReturnType<typeof emptyState>;
beforeEach(() => {
  state = emptyState();
});
afterEach(() => state.remove());

const seed = Math.floor(Math.random() * 2 ** 31);

describe.runIf(process.platform === "linux")("deliveries in a storm", () => {
  test("each event reaches each endpoint once, or is a dead letter", { timeout: 240_000 }, async () => {
    const report = await storm({ state: state.folder, events: 60, kills: 0, healthy: 2, seed, clients: 8, slowShare: 0 });
    expect(report, `seed ${seed}`).toMatchObject({ accepted: 60, repeats: 0, violations: [] });
    expect(report.dead).toBeGreaterThan(0);
  });

  test("also when the server is killed meanwhile", { timeout: 300_000 }, async () => {
    const report = await storm({ state: state.folder, events: 100, kills: 2, healthy: 2, seed, clients: 8, slowShare: 0 });
    expect(report, `seed ${seed}`).toMatchObject({ kills: 2, violations: [] });
  });
});
