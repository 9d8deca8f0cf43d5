// What every store must answer when responses are added up by day and by where they came from.
import { describe, expect, test } from "vitest";
import type { CountStore, PrimaryStore } from "../../src/store";
import { FakeLedger, rollup } from "./settle-batches";

export interface CountStoreUnderTest {
  open(): PrimaryStore;
  openCounts(): CountStore;
}

const START = Date.UTC(2026, 0, 31);
const day = (n: number) => `2026-01-${String(n).padStart(2, "0")}`;

export function describeCountStore(name: string, under: CountStoreUnderTest): void {
  describe(`${name}: counts`, () => {
    const settled = async (ledger: FakeLedger, ...rollups: ReturnType<typeof rollup>[]) => {
      ledger.write();
      expect(await under.open().settle(ledger.take(rollups))).toEqual({ kind: "settled" });
    };

    test("days of several forms are added up, the oldest of them together", async () => {
      const [one, two, other] = [new FakeLedger(), new FakeLedger(), new FakeLedger()];
      await settled(one, rollup({ day: day(3), count: 1 }), rollup({ day: day(10), count: 2 }), rollup({ day: day(12), count: 3 }));
      await settled(
        two,
        rollup({ day: day(5), count: 10 }),
        rollup({ day: day(12), count: 20 }),
        rollup({ day: day(12), field: "n", count: 9 }),
      );
      await settled(other, rollup({ day: day(12), count: 500 }));
      const totals = await under.openCounts().dailyTotals([one.formId, two.formId], day(9));
      expect(totals).toEqual([
        [day(9), 11],
        [day(10), 2],
        [day(12), 23],
      ]);
    });

    test("values of fields are summed over a range of days", async () => {
      const ledger = new FakeLedger();
      await settled(
        ledger,
        rollup({ day: day(1), field: "@version", value: "1", count: 1 }),
        rollup({ day: day(2), field: "@version", value: "1", count: 2 }),
        rollup({ day: day(3), field: "@version", value: "2", count: 4 }),
        rollup({ day: day(4), field: "@version", value: "2", count: 8 }),
        rollup({ day: day(2), field: "n", count: 16 }),
        rollup({ day: day(2), field: "n", value: "x", count: 32 }),
      );
      const counts = under.openCounts();
      const found = await counts.sums(ledger.formId, ["@version", "@none"], day(2), day(3));
      expect(found.sort((a, b) => (a.value < b.value ? -1 : 1))).toEqual([
        { field: "@version", value: "1", count: 2 },
        { field: "@version", value: "2", count: 4 },
      ]);
      expect(await counts.answered(ledger.formId, ["n", "none"], day(1), day(9))).toEqual([["n", 16]]);
    });

    test("where responses came from, span by span; partial and deleted ones do not count", async () => {
      const ledger = new FakeLedger();
      const meta = { country: "DE", device: "phone", referrer: "a.example" };
      for (let n = 0; n < 3; n++) ledger.write({ meta });
      ledger.write({ meta: { country: "FR" } });
      ledger.write({ meta, status: "partial" });
      const gone = ledger.write({ meta });
      ledger.write({ id: gone, kind: "delete", data: null });
      await under.open().settle(ledger.take());
      const counts = under.openCounts();
      const found = await counts.origins(
        ledger.workspaceId,
        ledger.formId,
        [
          [START, START + 3_500],
          [START + 3_500, START + 60_000],
        ],
        10,
      );
      expect(found).toEqual([
        { span: 0, version: 1, ...meta, count: 3 },
        { span: 1, version: 1, country: "FR", device: null, referrer: null, count: 1 },
      ]);
      expect(await counts.origins("ws_stranger", ledger.formId, [[0, START * 2]], 10)).toEqual([]);
      expect(await counts.origins(ledger.workspaceId, ledger.formId, [[0, START * 2]], 1)).toHaveLength(1);
    });
  });
}
