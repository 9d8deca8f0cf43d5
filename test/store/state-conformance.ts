// What every store must answer about responses as a set, now and as of earlier entries.
import { describe, expect, test } from "vitest";
import { newId } from "../../src/shared/ids";
import type { Marks, PrimaryStore, StateStore } from "../../src/store";
import { FakeLedger } from "./settle-batches";

export interface StateStoreUnderTest {
  open(): PrimaryStore;
  openState(): StateStore;
}

const START = Date.UTC(2026, 0, 31);

export function describeStateStore(name: string, under: StateStoreUnderTest): void {
  describe(`${name}: responses as a set`, () => {
    /** Two ledgers of one form: three responses, edited, deleted and restored, in several settles and within one. */
    const lived = async () => {
      const store = under.open();
      const one = new FakeLedger();
      const two = new FakeLedger(1, one.workspaceId, one.formId);
      const a = one.write({ data: { score: 1, name: "Ada", home: { rooms: 2.5 } } }); // 0:1
      const b = one.write({ data: { score: "not a number", list: ["x"] }, status: "partial" }); // 0:2
      one.write({ id: a, kind: "update", data: { score: 2 } }); // 0:3, in the same settle
      await store.settle(one.take());
      one.write({ id: a, kind: "delete", data: null }); // 0:4
      await store.settle(one.take());
      one.write({ id: b, kind: "update", data: { score: 7, list: ["x"] } }); // 0:5, completes it
      one.write({ id: a, kind: "restore", data: null }); // 0:6
      one.write({ id: a, kind: "update", data: { score: 3 } }); // 0:7
      await store.settle(one.take());
      const c = two.write({ data: { score: 7 } }); // 1:1
      await store.settle(two.take());
      const query = { workspaceId: one.workspaceId, formId: one.formId };
      return { state: under.openState(), store, a, b, c, query };
    };

    test("totals stand as they stood", async () => {
      const { state, query } = await lived();
      const at = async (asOf: Marks | null) => {
        const { complete, partial, today, lastSubmittedAt } = await state.totals({ ...query, asOf }, START + 1_000, START + 2_000);
        return [complete, partial, today, lastSubmittedAt === null ? null : lastSubmittedAt - START];
      };
      expect(await at(null)).toEqual([3, 0, 2, 2_000]);
      expect(
        await at([
          [0, 7],
          [1, 1],
        ]),
      ).toEqual(await at(null));
      expect(await at([[0, 1]])).toEqual([1, 0, 1, 1_000]);
      expect(await at([[0, 2]])).toEqual([1, 1, 1, 1_000]);
      expect(
        await at([
          [0, 4],
          [1, 0],
        ]),
      ).toEqual([0, 1, 0, null]);
      expect(await at([[0, 6]])).toEqual([2, 0, 1, 2_000]);
      expect(await at([])).toEqual([0, 0, 0, null]);
      const { durationMs, timed } = await state.totals({ ...query, asOf: null }, 0, 0);
      expect([durationMs, timed]).toEqual([4_500, 3]);
    });

    test("answers are those of the newest entry that wrote any", async () => {
      const { store, a, b, query } = await lived();
      const at = async (asOf: Marks) => {
        const rows = await store.listResponses({ ...query, asOf, descending: false, limit: 10 });
        return rows.map(({ id, data, lastSeq }) => [id, data.score, lastSeq]);
      };
      expect(await at([[0, 1]])).toEqual([[a, 1, 1]]);
      expect(await at([[0, 3]])).toEqual([
        [a, 2, 3],
        [b, "not a number", 2],
      ]);
      expect(await at([[0, 4]])).toEqual([[b, "not a number", 2]]);
      expect(await at([[0, 6]])).toEqual([
        [a, 2, 6],
        [b, 7, 5],
      ]);
      expect(await at([[0, 7]])).toEqual([
        [a, 3, 7],
        [b, 7, 5],
      ]);
      const deleted = await store.listResponses({ ...query, asOf: [[0, 5]], status: "deleted", descending: true, limit: 10 });
      expect(deleted.map(({ id, data, deletedAt }) => [id, data.score, deletedAt])).toEqual([[a, 2, START + 4_000]]);
    });

    test("numbers are counted, in order, page by page; what is no number is none", async () => {
      const { state, query } = await lived();
      expect(await state.numberCounts({ ...query, asOf: null }, "score", null, 10)).toEqual([
        [3, 1],
        [7, 2],
      ]);
      expect(await state.numberCounts({ ...query, asOf: null }, "score", null, 1)).toEqual([[3, 1]]);
      expect(await state.numberCounts({ ...query, asOf: null }, "score", 3, 10)).toEqual([[7, 2]]);
      expect(await state.numberCounts({ ...query, asOf: [[0, 1]] }, "home.rooms", null, 10)).toEqual([[2.5, 1]]);
      expect(await state.numberCounts({ ...query, asOf: [[0, 1]] }, "home.rooms", 2.5, 10)).toEqual([]);
      expect(await state.numberCounts({ ...query, asOf: null }, "name", null, 10)).toEqual([]);
    });

    test("values come by ledger and entry, page by page", async () => {
      const { state, query } = await lived();
      const all = await state.fieldValues({ ...query, asOf: null }, "score", [-1, 0], 10);
      expect(all.map(({ shard, seq, formVersion, value }) => [shard, seq, formVersion, value])).toEqual([
        [0, 1, 1, 3],
        [0, 2, 1, 7],
        [1, 1, 1, 7],
      ]);
      expect(await state.fieldValues({ ...query, asOf: null }, "score", [0, 1], 1)).toEqual(all.slice(1, 2));
      const then = await state.fieldValues({ ...query, asOf: [[0, 1]] }, "home", [-1, 0], 10);
      expect(then.map(({ value }) => value)).toEqual([{ rooms: 2.5 }]);
      expect((await state.fieldValues({ ...query, asOf: null }, "list", [-1, 0], 10)).map(({ value }) => value)).toEqual([["x"]]);
    });

    test("a time stands for the newest entry of each ledger that is not later", async () => {
      const { state, query } = await lived();
      const at = (ms: number) => state.marksAt(query.formId, START + ms);
      expect(await at(0)).toEqual([]);
      expect(await at(1_000)).toEqual([
        [0, 1],
        [1, 1],
      ]);
      expect(await at(3_999)).toEqual([
        [0, 3],
        [1, 1],
      ]);
      expect(await at(60_000)).toEqual([
        [0, 7],
        [1, 1],
      ]);
    });

    test("another workspace sees nothing of it", async () => {
      const { state, store, query } = await lived();
      const foreign = { formId: query.formId, workspaceId: newId("workspace") };
      const asOf: Marks = [
        [0, 7],
        [1, 1],
      ];
      for (const moment of [null, asOf]) {
        expect((await state.totals({ ...foreign, asOf: moment }, 0, 1)).complete).toBe(0);
        expect(await state.numberCounts({ ...foreign, asOf: moment }, "score", null, 10)).toEqual([]);
        expect(await state.fieldValues({ ...foreign, asOf: moment }, "score", [-1, 0], 10)).toEqual([]);
      }
      expect(await store.listResponses({ ...foreign, asOf, descending: true, limit: 10 })).toEqual([]);
    });
  });
}
