// The short form of `npm run torture`: the real server, killed outright under load.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markOf } from "../../tools/lib/torture/model.ts";
import { torture } from "../../tools/lib/torture/run.ts";
import { realPostgres } from "../../tools/lib/torture/store.ts";
import { storeFile } from "../../tools/lib/torture/store-files.ts";
import { emptyState } from "./support/headwater.ts";

let state: ReturnType<typeof emptyState>;
beforeEach(() => {
  state = emptyState();
});
afterEach(() => state.remove());

const seed = Math.floor(Math.random() * 2 ** 31);
const few = () => ({ state: state.folder, seed, clients: 16, loadMs: [300, 1_200] as const });

describe.runIf(process.platform === "linux")("killed under load", () => {
  test.each([
    { store: "d1", kills: 4, limitMs: 30_000 },
    { store: realPostgres(), kills: 2, limitMs: 15_000 },
  ] as const)("nothing that was acknowledged is lost, doubled or miscounted (over $store)", { timeout: 240_000 }, async (how) => {
    const report = await torture({ ...few(), ...how });
    expect(report).toMatchObject({ seed, violations: [] });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.responses).toBeGreaterThan(0);
    expect(report.told.erased).toBeGreaterThan(0);
    // To the last place, in the end.
    expect(report.told.full).toBeGreaterThan(0);
  });

  test("a lost answer would be noticed", { timeout: 120_000 }, async () => {
    const lose = (stores: string) => {
      const store = new DatabaseSync(storeFile(stores));
      store.exec("DELETE FROM response_entries WHERE seq = 3");
      store.close();
    };
    const report = await torture({ ...few(), kills: 1, whileDead: lose });
    expect(report.violations).toContainEqual(expect.stringMatching(/entry 4 follows 2/));
  });

  test("what lies somewhere of an erased answer would be noticed", { timeout: 120_000 }, async () => {
    const copy = (stores: string) => {
      const marks = Array.from({ length: 2_000 }, (_, number) => markOf(seed, number, "first"));
      writeFileSync(join(stores, "left-behind"), marks.join("\n"));
    };
    const report = await torture({ ...few(), kills: 1, whileDead: copy });
    expect(report.violations).toContainEqual(expect.stringMatching(/erased responses lie in stores\/left-behind/));
  });
});
