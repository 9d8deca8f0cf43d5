// What every primary store must find: pages, searches and conditions.
import { describe, expect, test } from "vitest";
import { matchesCondition } from "../../src/responses";
import { newId } from "../../src/shared/ids";
import type { Condition, FieldKind, FieldRef, ListQuery, PrimaryStore, Scalar } from "../../src/store";
import { FakeLedger, settledIn, type Written } from "./settle-batches";

export function describeLists(name: string, under: { open(): PrimaryStore }): void {
  describe(`${name}: finding`, () => {
    const settled = (...written: Written[]) => settledIn(under.open(), ...written);
    const query = (ledger: FakeLedger, over: Partial<ListQuery> = {}): ListQuery => ({
      workspaceId: ledger.workspaceId,
      formId: ledger.formId,
      descending: false,
      limit: 100,
      ...over,
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
  });
}
