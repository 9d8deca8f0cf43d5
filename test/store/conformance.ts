// What every primary store must do, whatever it is made of: writing, and what was written. Each test makes its own form, so they never meet.
import { describe, expect, test } from "vitest";
import { newId } from "../../src/shared/ids";
import type { ListQuery, PrimaryStore, RollupDelta } from "../../src/store";
import { FakeLedger, rollup, settledIn, type Written } from "./settle-batches";

export interface StoreUnderTest {
  open(): PrimaryStore;
  /** Roll-ups as they lie in the tables: no store method reads them bare. */
  rollups(formId: string): Promise<Omit<RollupDelta, "loose">[]>;
  /** How many audit rows the log or the outbox holds for a response. */
  audits(store: PrimaryStore, ledger: FakeLedger, fromSeq: number, responseId: string): Promise<string[]>;
}

const AUDIT = { id: "", actorKind: "user", actorId: "usr_1", ip: "192.0.2.1", userAgent: "Test" } as const;

export function describeStore(name: string, under: StoreUnderTest): void {
  describe(name, () => {
    const settled = (...written: Written[]) => settledIn(under.open(), ...written);
    const query = (ledger: FakeLedger, over: Partial<ListQuery> = {}): ListQuery => ({
      workspaceId: ledger.workspaceId,
      formId: ledger.formId,
      descending: false,
      limit: 100,
      ...over,
    });

    describe("settle", () => {
      test("a response comes back as it went in", async () => {
        const data = { text: 'Zoë "quoted" 🚀 \\u0041', n: 0.1, big: 1e21, small: 5e-324, negative: -3, yes: true, no: false, none: null };
        const nested = { ...data, list: ["b", "a", "b"], matrix: { row: "column" }, repeat: [{ a: 1 }, {}], empty: "", nothing: [] };
        const { store, ledger, ids } = await settled({ data: nested, meta: { country: "IT" }, status: "partial" });
        const row = await store.getResponse(ledger.workspaceId, ledger.formId, ids[0] ?? "");
        expect(row).toEqual({
          ...{ id: ids[0], formId: ledger.formId, shard: 0, seq: 1, lastSeq: 1, formVersion: 1, status: "partial" },
          ...{ startedAt: null, durationMs: 1_500, deletedAt: null, erasedAt: null, dataHash: "digest of 1" },
          ...{ submittedAt: Date.UTC(2026, 0, 31) + 1_000, updatedAt: Date.UTC(2026, 0, 31) + 1_000 },
          meta: { country: "IT" },
          data: nested,
        });
        expect(await store.marks(ledger.formId)).toEqual([{ shard: 0, seq: 1, hash: "hash 1" }]);
      });

      test("a response's id alone names its form, in its own workspace only", async () => {
        const { store, ledger, ids } = await settled({});
        const [id = ""] = ids;
        expect(await store.formOfResponse(ledger.workspaceId, id)).toBe(ledger.formId);
        expect(await store.formOfResponse(newId("workspace"), id)).toBeNull();
        expect(await store.formOfResponse(ledger.workspaceId, newId("response"))).toBeNull();
      });

      test("a repeat, an overlap and a gap write nothing, and say where the store stands", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        ledger.write({ data: { n: 1 } });
        ledger.write({ data: { n: 2 } });
        const first = ledger.take([rollup({ count: 2 })]);
        ledger.write({ data: { n: 3 } });
        const second = ledger.take([rollup()]);
        expect(await store.settle(second)).toEqual({ kind: "behind", watermark: 0 });
        expect(await store.settle(first)).toEqual({ kind: "settled" });
        expect(await store.settle(first)).toEqual({ kind: "behind", watermark: 2 });
        expect(await store.settle({ ...second, fromSeq: 2 })).toEqual({ kind: "behind", watermark: 2 });
        expect(await store.settle(second)).toEqual({ kind: "settled" });
        expect((await store.listResponses(query(ledger))).map(({ data }) => data.n)).toEqual([1, 2, 3]);
        expect(await under.rollups(ledger.formId)).toMatchObject([{ count: 3 }]);
      });

      test("of two at the same time one is written", async () => {
        const ledger = new FakeLedger();
        ledger.write();
        const batch = ledger.take([rollup()]);
        const outcomes = await Promise.all([1, 2, 3, 4].map(() => under.open().settle(batch)));
        expect(outcomes.filter(({ kind }) => kind === "settled")).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome.kind === "behind" && outcome.watermark === 1)).toHaveLength(3);
        expect(await under.rollups(ledger.formId)).toMatchObject([{ count: 1 }]);
      });

      test("what cannot be written leaves nothing behind", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const id = ledger.write({ data: { n: 1 } });
        const batch = ledger.take([rollup()]);
        const [entry] = batch.entries;
        if (entry === undefined) throw new Error("no entry");
        await expect(store.settle({ ...batch, entries: [entry, entry] })).rejects.toThrow();
        expect(await store.getResponse(ledger.workspaceId, ledger.formId, id)).toBeNull();
        expect(await under.rollups(ledger.formId)).toEqual([]);
        expect(await store.outboxRange(ledger.formId, 0, 1)).toBeNull();
        expect(await store.settle(batch)).toEqual({ kind: "settled" });
      });

      test("two shards of a form settle side by side, also where they count the same things", async () => {
        const one = new FakeLedger(0);
        const two = new FakeLedger(1, one.workspaceId, one.formId);
        const values = ["a", "b", "c", "d", "e"];
        const rounds = Array.from({ length: 5 }, () => {
          one.write();
          two.write();
          const counts = values.map((value) => rollup({ field: "pick", value }));
          return [one.take(counts), two.take([...counts].reverse())];
        });
        for (const round of rounds) {
          const outcomes = await Promise.all(round.map((batch) => under.open().settle(batch)));
          expect(outcomes).toEqual([{ kind: "settled" }, { kind: "settled" }]);
        }
        expect((await under.rollups(one.formId)).map(({ value, count }) => [value, count])).toEqual(values.map((value) => [value, 10]));
        expect(await under.open().marks(one.formId)).toMatchObject([
          { shard: 0, seq: 5 },
          { shard: 1, seq: 5 },
        ]);
      });

      test("a thousand entries at once", async () => {
        const { store, ledger } = await settled(...Array.from({ length: 1_000 }, (_, n) => ({ data: { n, text: "x".repeat(500) } })));
        const rows = await store.listResponses(query(ledger, { limit: 1_000 }));
        expect(rows.map(({ data }) => data.n)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
      });

      test("roll-ups add up, keep their extremes, and vanish at zero", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const settle = async (...rollups: RollupDelta[]) => {
          ledger.write();
          expect(await store.settle(ledger.take(rollups))).toEqual({ kind: "settled" });
        };
        await settle(rollup({ field: "n", sum: 0.5, min: 0.5, max: 0.5 }), rollup({ field: "pick", value: "é" }));
        await settle(rollup({ field: "n", sum: -2, min: -2, max: -2 }), rollup({ field: "pick", value: "z" }));
        await settle(rollup({ field: "n", count: 0, sum: 0 }), rollup({ field: "pick", value: "é", count: -1, loose: true }));
        expect(await under.rollups(ledger.formId)).toEqual([
          { day: "2026-01-31", field: "n", value: "", count: 2, sum: -1.5, min: -2, max: 0.5 },
          { day: "2026-01-31", field: "pick", value: "z", count: 1, sum: 0, min: null, max: null },
        ]);
      });
    });

    describe("versions", () => {
      test("an edit keeps what it replaces, in the same settle or a later one", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const id = ledger.write({ data: { v: 1 } });
        ledger.write({ id, kind: "update", data: { v: 2 } });
        await store.settle(ledger.take());
        ledger.write({ id, kind: "update", data: { v: 3 } });
        ledger.write({ id, kind: "delete", data: null });
        await store.settle(ledger.take());
        const history = await store.responseEntries(ledger.workspaceId, ledger.formId, id, 100);
        expect(history.map(({ seq, kind, data, erased }) => [seq, kind, data, erased])).toEqual([
          [1, "accept", { v: 1 }, false],
          [2, "update", { v: 2 }, false],
          [3, "update", { v: 3 }, false],
          [4, "delete", null, false],
        ]);
        expect(await store.getResponse(ledger.workspaceId, ledger.formId, id)).toMatchObject({ data: { v: 3 }, seq: 1, lastSeq: 4 });
        expect(await store.listResponses(query(ledger))).toEqual([]);
        expect(await store.listResponses(query(ledger, { status: "deleted" }))).toHaveLength(1);
        ledger.write({ id, kind: "restore", data: null });
        await store.settle(ledger.take());
        expect(await store.listResponses(query(ledger))).toMatchObject([{ data: { v: 3 }, deletedAt: null }]);
      });

      test("erased is erased: in the row, in the history, in the search; the chain stays", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const id = ledger.write({ data: { name: "Secretive" } });
        ledger.write({ id, kind: "update", data: { name: "Secretive Person" } });
        await store.settle(ledger.take());
        ledger.write({ id, kind: "erase", data: {} });
        await store.settle(ledger.take());
        const chain = await store.entries(ledger.workspaceId, ledger.formId, 0, 0, 100);
        expect(chain.map(({ hash, data, salt, erased }) => [hash, data ?? {}, salt, erased])).toEqual([
          ["hash 1", {}, null, true],
          ["hash 2", {}, null, true],
          ["hash 3", {}, null, true],
        ]);
        expect(await store.getResponse(ledger.workspaceId, ledger.formId, id)).toMatchObject({ data: {}, meta: {} });
        expect(await store.listResponses(query(ledger, { status: "deleted", words: ["secretive"] }))).toEqual([]);
      });

      test("the chain is read in order, from anywhere, by its own workspace alone", async () => {
        const { store, ledger } = await settled({}, {}, {}, {});
        const seqs = async (after: number, limit: number, workspace = ledger.workspaceId) =>
          (await store.entries(workspace, ledger.formId, 0, after, limit)).map(({ seq }) => seq);
        expect(await seqs(0, 10)).toEqual([1, 2, 3, 4]);
        expect(await seqs(1, 2)).toEqual([2, 3]);
        expect(await seqs(4, 10)).toEqual([]);
        expect(await seqs(0, 10, newId("workspace"))).toEqual([]);
      });

      test("who did it: once, however often the settle is tried", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const id = ledger.write();
        ledger.write({ id, kind: "update", data: { a: 1 }, audit: { ...AUDIT, id: newId("audit") } });
        ledger.write({ id, kind: "delete", data: null, audit: { ...AUDIT, id: newId("audit") } });
        const batch = ledger.take();
        await store.settle(batch);
        await store.settle(batch);
        expect(await under.audits(store, ledger, 1, id)).toEqual(["response.updated", "response.deleted"]);
        const history = await store.responseEntries(ledger.workspaceId, ledger.formId, id, 10);
        expect(history.map(({ actor }) => actor)).toEqual([null, "user:usr_1", "user:usr_1"]);
      });
    });

    describe("rows by their numbers", () => {
      test("those that are asked for, deleted ones too, and which of them entries have changed", async () => {
        const { store, ledger, ids } = await settled({ data: { n: 1 } }, { data: { n: 2 } }, { data: { n: 3 } });
        ledger.write({ id: ids[0] ?? "", kind: "update", data: { n: 4 } });
        ledger.write({ data: { n: 5 } });
        ledger.write({ id: ids[2] ?? "", kind: "delete", data: null });
        ledger.write({ id: ids[2] ?? "", kind: "restore", data: null });
        await store.settle(ledger.take());
        const at = async (workspaceId: string, ...seqs: number[]) =>
          (await store.responsesAt(workspaceId, ledger.formId, 0, seqs)).map(({ seq, data }) => [seq, data.n]).sort();
        expect(await at(ledger.workspaceId, 1, 3, 5, 99)).toEqual([
          [1, 4],
          [3, 3],
          [5, 5],
        ]);
        expect(await at(ledger.workspaceId)).toEqual([]);
        expect(await at(newId("workspace"), 1, 3)).toEqual([]);
        const changed = async (after: number, upTo: number, rowsTo: number, workspaceId = ledger.workspaceId) =>
          (await store.changedRows({ workspaceId, formId: ledger.formId, shard: 0, after, upTo }, rowsTo)).sort();
        expect(await changed(0, 99, 99)).toEqual([1, 3]);
        expect(await changed(3, 4, 99)).toEqual([1]);
        expect(await changed(4, 7, 2)).toEqual([]);
        expect(await changed(7, 99, 99)).toEqual([]);
        expect(await changed(0, 99, 99, newId("workspace"))).toEqual([]);
      });
    });

    describe("erasures", () => {
      test("those of a span, in order, and no other workspace's", async () => {
        const { store, ledger, ids } = await settled({ data: { n: 1 } }, { data: { n: 2 } }, { data: { n: 3 } });
        const [first, second, third] = ids as [string, string, string];
        ledger.write({ id: third, kind: "erase", data: null });
        ledger.write({ id: second, kind: "delete", data: null });
        ledger.write({ id: first, kind: "erase", data: null });
        await store.settle(ledger.take());
        const erased = async (after: number, upTo: number, workspaceId = ledger.workspaceId) =>
          (await store.erasures({ workspaceId, formId: ledger.formId, shard: 0, after, upTo })).map(({ responseId, at }) => [
            responseId,
            typeof at,
          ]);
        expect(await erased(0, 99)).toEqual([
          [third, "number"],
          [first, "number"],
        ]);
        expect(await erased(3, 4)).toEqual([[third, "number"]]);
        expect(await erased(4, 5)).toEqual([]);
        expect(await erased(0, 99, newId("workspace"))).toEqual([]);
      });
    });

    describe("outbox", () => {
      test("a range is there until it is removed, and overdue when nobody can have heard; each time later", async () => {
        const { store, ledger } = await settled({}, {});
        const range = await store.outboxRange(ledger.formId, 0, 1);
        expect(range).toMatchObject({
          formId: ledger.formId,
          shard: 0,
          fromSeq: 1,
          toSeq: 2,
          workspaceId: ledger.workspaceId,
          attempts: 1,
          erases: false,
        });
        if (range === null) throw new Error("no range");
        const MINUTE = 60_000;
        const isOverdueAt = async (now: number) => (await store.overdueOutbox(now, 1_000)).some(({ formId }) => formId === ledger.formId);
        let sentAt = range.createdAt;
        for (const minutes of [1, 2, 4, 4, 4]) {
          expect(await isOverdueAt(sentAt + minutes * MINUTE - 1)).toBe(false);
          expect(await isOverdueAt(sentAt + minutes * MINUTE)).toBe(true);
          sentAt += minutes * MINUTE;
          await store.markOutboxSent([range], sentAt);
        }
        expect(await store.outboxRange(ledger.formId, 0, 1)).toMatchObject({ attempts: 6 });
        await store.removeOutbox(ledger.formId, 0, 1);
        expect(await store.outboxRange(ledger.formId, 0, 1)).toBeNull();
      });

      test("a range says whether it erases", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const id = ledger.write({ data: { n: 1 } });
        await store.settle(ledger.take());
        ledger.write({ id, kind: "erase", data: {} });
        await store.settle(ledger.take());
        expect((await store.outboxRange(ledger.formId, 0, 1))?.erases).toBe(false);
        expect((await store.outboxRange(ledger.formId, 0, 2))?.erases).toBe(true);
      });
    });

    describe("counting again", () => {
      test("every row of a shard in order, deleted ones too", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        const ids = [1, 2, 3].map((n) => ledger.write({ data: { n } }));
        ledger.write({ id: ids[1], kind: "delete", data: null });
        await store.settle(ledger.take());
        const scan = (after: number, limit: number) => store.scanResponses(ledger.workspaceId, ledger.formId, 0, after, limit);
        expect((await scan(0, 2)).map(({ id, data }) => [id, data])).toEqual([
          [ids[0], { n: 1 }],
          [ids[1], { n: 2 }],
        ]);
        expect((await scan(2, 2)).map(({ id }) => id)).toEqual([ids[2]]);
        expect(await store.scanResponses("ws_other", ledger.formId, 0, 0, 10)).toEqual([]);
        expect(await store.scanResponses(ledger.workspaceId, ledger.formId, 1, 0, 10)).toEqual([]);
      });

      test("roll-ups are replaced as a whole, and only while no ledger has settled since", async () => {
        const store = under.open();
        const ledger = new FakeLedger();
        ledger.write();
        await store.settle(ledger.take([rollup({ field: "stays", count: 9 }), rollup({ field: "goes", count: 1 })]));
        const fresh = [
          rollup({ field: "stays", count: 1, sum: 2.5, min: 2.5, max: 2.5 }),
          rollup({ field: "comes", value: 'a"b', loose: true }),
        ];
        const byField = (rows: RollupDelta[]) => rows.toSorted((a, b) => (a.field < b.field ? -1 : 1));
        expect(await store.replaceRollups(ledger.formId, [{ shard: 0, seq: 0 }], fresh)).toBe(false);
        expect(byField(await store.rollups(ledger.formId)).map(({ field, count }) => [field, count])).toEqual([
          ["goes", 1],
          ["stays", 9],
        ]);
        expect(await store.replaceRollups(ledger.formId, [{ shard: 0, seq: 1 }], fresh)).toBe(true);
        expect(byField(await store.rollups(ledger.formId))).toEqual(byField(fresh));
      });
    });
  });
}
