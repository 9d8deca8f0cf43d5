// What every primary store must do, whatever it is made of. Each test makes its own form, so they never meet.
import { describe, expect, test } from "vitest";
import { matchesCondition } from "../../src/responses";
import { newId } from "../../src/shared/ids";
import type { Condition, FieldKind, FieldRef, ListQuery, PrimaryStore, RollupDelta, Scalar } from "../../src/store";
import { FakeLedger, rollup, type Written } from "./settle-batches";

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
    const settled = async (...written: Written[]) => {
      const store = under.open();
      const ledger = new FakeLedger();
      const ids = written.map((one) => ledger.write(one));
      expect(await store.settle(ledger.take())).toEqual({ kind: "settled" });
      return { store, ledger, ids };
    };
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
          (await store.changedRows(workspaceId, ledger.formId, 0, after, upTo, rowsTo)).sort();
        expect(await changed(0, 99, 99)).toEqual([1, 3]);
        expect(await changed(3, 4, 99)).toEqual([1]);
        expect(await changed(4, 7, 2)).toEqual([]);
        expect(await changed(7, 99, 99)).toEqual([]);
        expect(await changed(0, 99, 99, newId("workspace"))).toEqual([]);
      });
    });

    describe("lists", () => {
      test("another workspace or form sees nothing", async () => {
        const { store, ledger, ids } = await settled({});
        expect(await store.listResponses(query(ledger, { workspaceId: newId("workspace") }))).toEqual([]);
        expect(await store.getResponse(newId("workspace"), ledger.formId, ids[0] ?? "")).toBeNull();
        expect(await store.getResponse(ledger.workspaceId, newId("form"), ids[0] ?? "")).toBeNull();
        expect(await store.responseEntries(newId("workspace"), ledger.formId, ids[0] ?? "", 10)).toEqual([]);
        expect(await store.getResponse(ledger.workspaceId, ledger.formId, "rsp_\0' OR 1=1")).toBeNull();
      });

      test("pages in both directions, also where many were submitted in the same instant", async () => {
        const at = Date.UTC(2026, 1, 1);
        const { store, ledger } = await settled(
          ...Array.from({ length: 9 }, (_, n) => ({ data: { n }, submittedAt: at + Math.floor(n / 4) })),
        );
        for (const descending of [false, true]) {
          const seen: unknown[] = [];
          let after: ListQuery["after"];
          for (let page = 0; page < 5; page++) {
            const rows = await store.listResponses(query(ledger, { descending, limit: 2, after }));
            seen.push(...rows.map(({ data }) => data.n));
            const last = rows.at(-1);
            if (last !== undefined) after = [last.submittedAt, last.seq, last.shard];
          }
          const inOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8];
          expect(seen).toEqual(descending ? inOrder.reverse() : inOrder);
        }
      });

      test("status and time", async () => {
        const at = Date.UTC(2026, 1, 1);
        const { store, ledger } = await settled(
          { data: { n: 0 }, submittedAt: at },
          { data: { n: 1 }, submittedAt: at + 1, status: "partial" },
          { data: { n: 2 }, submittedAt: at + 2 },
        );
        const found = async (over: Partial<ListQuery>) => (await store.listResponses(query(ledger, over))).map(({ data }) => data.n);
        expect(await found({ status: "partial" })).toEqual([1]);
        expect(await found({ status: "complete", descending: true })).toEqual([2, 0]);
        expect(await found({ createdAfter: at })).toEqual([1, 2]);
        expect(await found({ createdBefore: at + 2 })).toEqual([0, 1]);
        expect(await found({ createdAfter: at, createdBefore: at + 2 })).toEqual([1]);
      });

      test.for([
        [["zoe"], [0]],
        [["ZOË"], [0]],
        [["bro"], [0, 1]],
        [["bro", "emi"], [1]],
        [["ronte"], []],
        [["example"], [1]],
        [["jane"], [1]],
        [["42"], [2]],
        [["nested"], [2]],
        [["한"], [2]],
        [["city"], []],
        [["straße"], [2]],
      ] as const)("search %j", async ([words, expected]) => {
        const { store, ledger } = await settled(
          { data: { n: 0, name: "Zoë Brontë" } },
          { data: { n: 1, name: "Emily Brown", mail: "jane.brown@example.com" } },
          { data: { n: 2, list: ["room-42", { city: "Nested value" }], other: "한국어 Straße" } },
        );
        const other = new FakeLedger(0, ledger.workspaceId);
        other.write({ data: { n: 3, name: "Zoë Brontë example 42" } });
        await store.settle(other.take());
        expect((await store.listResponses(query(ledger, { words }))).map(({ data }) => data.n)).toEqual(expected);
      });
    });

    describe("conditions", () => {
      const at = Date.UTC(2026, 1, 1);
      const rows: Written[] = [
        {
          data: { n: 0, num: 1, text: "a", yes: true, list: ["x", "y"], group: { city: "Rome" } },
          meta: { country: "IT" },
          submittedAt: at,
        },
        {
          data: { n: 1, num: 10, text: "B", yes: false, list: ["y"], group: { city: "oslo" } },
          meta: { country: "NO" },
          submittedAt: at + 1,
        },
        { data: { n: 2, num: 2.5, text: "ä", list: [], group: {} }, submittedAt: at + 2, status: "partial" },
        { data: { n: 3, num: "7", text: 5, yes: null, list: "x", group: { city: null } }, submittedAt: at + 3 },
        { data: { n: 4, num: -3, text: "" }, submittedAt: at + 4 },
      ];
      const field = (name: string, kind: FieldKind): FieldRef => ({ in: "data", path: name.split("."), kind });
      const num = field("num", "number");
      const text = field("text", "text");
      const yes = field("yes", "boolean");
      const list = field("list", "list");
      const city = field("group.city", "text");
      const compare = (f: FieldRef, by: "eq" | "gt" | "gte" | "lt" | "lte", value: Scalar): Condition => ({
        op: "compare",
        field: f,
        by,
        value,
      });
      const isIn = (f: FieldRef, ...values: Scalar[]): Condition => ({ op: "in", field: f, values });
      const contains = (f: FieldRef, value: Scalar): Condition => ({ op: "contains", field: f, value });
      const exists = (f: FieldRef, there: boolean): Condition => ({ op: "exists", field: f, exists: there });
      const not = (of: Condition): Condition => ({ op: "not", of });
      const column = (name: "submitted_at" | "status" | "form_version", kind: FieldKind): FieldRef => ({ in: "column", name, kind });

      const cases: [string, Condition, number[]][] = [
        ["number equals", compare(num, "eq", 10), [1]],
        ["a fraction equals", compare(num, "eq", 2.5), [2]],
        ["numbers are not compared as text", compare(num, "gt", 9), [1]],
        ["a text is not above every number", compare(num, "gt", -100), [0, 1, 2, 4]],
        ["a number is not below every text", compare(text, "lt", "zzz"), [0, 1, 4]],
        ["at most", compare(num, "lte", 1), [0, 4]],
        ["text equals, case counts", compare(text, "eq", "b"), []],
        ["text is ordered by bytes: capitals, small, accents", compare(text, "gte", "a"), [0, 2]],
        ["the empty text is a value", compare(text, "eq", ""), [4]],
        ["boolean", compare(yes, "eq", true), [0]],
        ["boolean no", compare(yes, "eq", false), [1]],
        ["null is missing", compare(yes, "eq", null), [2, 3, 4]],
        ["missing", exists(yes, false), [2, 3, 4]],
        ["there", exists(yes, true), [0, 1]],
        ["an empty list is there", exists(list, true), [0, 1, 2, 3]],
        ["inside a group", compare(city, "eq", "Rome"), [0]],
        ["inside a group, missing", exists(city, false), [2, 3, 4]],
        ["any member of a list", compare(list, "eq", "y"), [0, 1]],
        ["a list that was one value once", compare(list, "eq", "x"), [0, 3]],
        ["no member of a list", not(compare(list, "eq", "x")), [1, 2, 4]],
        ["list contains", contains(list, "x"), [0, 3]],
        ["list in", isIn(list, "x", "nope"), [0, 3]],
        ["text contains, case does not count", contains(text, "b"), [1]],
        ["text contains nothing everywhere it is", contains(text, ""), [0, 1, 2, 3, 4]],
        ["text contains a wildcard only where it is", contains(text, "%"), []],
        ["number contains a digit", contains(num, 7), [3]],
        ["in numbers", isIn(num, 1, -3), [0, 4]],
        ["in texts", isIn(text, "a", "ä"), [0, 2]],
        ["in both kinds", isIn(num, "7", 10), [1, 3]],
        ["in booleans", isIn(yes, false), [1]],
        ["in nothing", isIn(num), []],
        ["in null", isIn(yes, null, true), [0, 2, 3, 4]],
        ["not of unknown is true", not(compare(yes, "eq", true)), [1, 2, 3, 4]],
        ["not in", not(isIn(num, 1, 10)), [2, 3, 4]],
        ["and", { op: "and", of: [compare(num, "gt", 0), compare(yes, "eq", false)] }, [1]],
        ["or", { op: "or", of: [compare(num, "eq", 1), exists(yes, false)] }, [0, 2, 3, 4]],
        ["and of nothing", { op: "and", of: [] }, [0, 1, 2, 3, 4]],
        ["or of nothing", { op: "or", of: [] }, []],
        ["meta", compare({ in: "meta", path: ["country"], kind: "text" }, "eq", "NO"), [1]],
        ["time", compare(column("submitted_at", "time"), "gte", at + 3), [3, 4]],
        ["time with a fraction", compare(column("submitted_at", "time"), "lt", at + 0.5), [0]],
        ["time in", isIn(column("submitted_at", "time"), at, at + 4), [0, 4]],
        ["time is there", exists(column("submitted_at", "time"), true), [0, 1, 2, 3, 4]],
        ["status", compare(column("status", "text"), "eq", "partial"), [2]],
        ["status in", isIn(column("status", "text"), "complete", "nope"), [0, 1, 3, 4]],
        ["status contains", contains(column("status", "text"), "PART"), [2]],
        ["version", compare(column("form_version", "number"), "lt", 2), [0, 1, 2, 3, 4]],
        ["version of another type", compare(column("form_version", "number"), "eq", "1"), []],
        ["a value with quotes", compare(text, "eq", `a' OR "1"=1 --`), []],
        ["a value with NUL", compare(text, "eq", "a\0"), []],
        ["NUL among others", isIn(text, "a", "\0"), [0]],
      ];

      test.for(cases)("%s", async ([, condition, expected]) => {
        const { store, ledger } = await settled(...rows);
        const found = await store.listResponses(query(ledger, { condition }));
        expect(found.map(({ data }) => data.n)).toEqual(expected);
        // And the same without a store, for filters of webhooks and schedules.
        const inHand = rows.filter(({ data, meta = {}, submittedAt = 0, status = "complete" }) =>
          matchesCondition(condition, { data: data ?? {}, meta, submittedAt, status, formVersion: 1 }),
        );
        expect(inHand.map(({ data }) => data?.n)).toEqual(expected);
      });

      test("a name that is not one never reaches the store", async () => {
        const { store, ledger } = await settled({});
        const bad = compare(field("a') OR 1=1 --", "text"), "eq", "x");
        await expect((async () => store.listResponses(query(ledger, { condition: bad })))()).rejects.toThrow(/field name/);
      });
    });

    describe("outbox", () => {
      test("a range is there until it is removed, and overdue until it is sent", async () => {
        const { store, ledger } = await settled({}, {});
        const range = await store.outboxRange(ledger.formId, 0, 1);
        expect(range).toMatchObject({
          formId: ledger.formId,
          shard: 0,
          fromSeq: 1,
          toSeq: 2,
          workspaceId: ledger.workspaceId,
          attempts: 1,
        });
        if (range === null) throw new Error("no range");
        const mine = async (before: number) => (await store.overdueOutbox(before, 1_000)).filter(({ formId }) => formId === ledger.formId);
        expect(await mine(range.createdAt)).toHaveLength(0);
        expect(await mine(range.createdAt + 1)).toHaveLength(1);
        await store.markOutboxSent([range], range.createdAt + 10);
        expect(await mine(range.createdAt + 10)).toHaveLength(0);
        expect(await mine(range.createdAt + 11)).toMatchObject([{ attempts: 2 }]);
        await store.removeOutbox(ledger.formId, 0, 1);
        expect(await store.outboxRange(ledger.formId, 0, 1)).toBeNull();
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
