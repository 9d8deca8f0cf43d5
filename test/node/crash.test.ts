// The short form of `npm run torture`: the real server, killed outright under load.
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { torture } from "../../tools/lib/torture/run.ts";
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
  test("nothing that was acknowledged is lost, doubled or miscounted", { timeout: 120_000 }, async () => {
    const report = await torture({ ...few(), kills: 5, limitMs: 35_000 });
    expect(report).toMatchObject({ seed, violations: [] });
    expect(report.kills).toBeGreaterThan(1);
    expect(report.told.replayed).toBeGreaterThan(0);
    expect(report.told.changed).toBeGreaterThan(0);
  });

  test("a lost answer would be noticed", { timeout: 60_000 }, async () => {
    const lose = (stores: string) => {
      const store = new DatabaseSync(storeFile(stores));
      store.exec("DELETE FROM response_entries WHERE seq = 3");
      store.close();
    };
    const report = await torture({ ...few(), kills: 1, whileDead: lose });
    expect(report.violations).toContainEqual(expect.stringMatching(/entry 4 follows 2/));
  });
});
