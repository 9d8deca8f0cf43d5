// Reading a form at one position while it lives on: whatever happens between two pages, what is read is what there was.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pagesOf } from "../../src/responses/snapshot";
import { type Condition, hasWords, type Marks, type PrimaryStore, type ResponseRow, type SnapshotStore } from "../../src/store";
import { FakeLedger } from "./settle-batches";

export interface SnapshotStoreUnderTest {
  open(): PrimaryStore;
  openSnapshot(): SnapshotStore;
  runs: number;
}

const START = Date.UTC(2026, 0, 31);
const HIGH: Condition = { op: "compare", field: { in: "data", path: ["score"], kind: "number" }, by: "gte", value: 5 };

type Step = { kind: "accept" | "update" | "delete" | "restore" | "erase"; which: number; score: number; minute: number; ledger: number };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("accept", "accept", "update", "delete", "restore", "erase"),
  which: fc.nat(30),
  score: fc.nat(9),
  // Out of order and often the same: imports bring their own times.
  minute: fc.nat(12),
  ledger: fc.nat(1),
});

const NAMES = ["Zoë Ångström", "o'brien", "Zoe", "Hans-Peter", "한국어 낱말", "ANGSTROM again", "obri", "peter@example.org", "", "한"];

function answersOf(score: number): Record<string, unknown> {
  return { score, name: NAMES[score], notes: [{ nick: `w${score}` }] };
}

class Life {
  readonly ledgers: FakeLedger[];
  readonly #known: { id: string; ledger: number; deleted: boolean; erased: boolean }[] = [];

  constructor(readonly store: PrimaryStore) {
    const one = new FakeLedger();
    this.ledgers = [one, new FakeLedger(1, one.workspaceId, one.formId)];
  }

  async live(steps: readonly Step[]): Promise<void> {
    for (const { kind, which, score, minute, ledger } of steps) {
      if (kind === "accept") {
        const id = this.ledgers[ledger]?.write({ data: answersOf(score), submittedAt: START + minute * 60_000 }) ?? "";
        this.#known.push({ id, ledger, deleted: false, erased: false });
        continue;
      }
      const one = this.#known[which % Math.max(1, this.#known.length)];
      if (one === undefined || one.erased) continue;
      if (kind === "delete" ? one.deleted : kind === "restore" ? !one.deleted : one.deleted) continue;
      this.ledgers[one.ledger]?.write({ id: one.id, kind, data: kind === "update" ? answersOf(score) : kind === "erase" ? {} : null });
      if (kind === "delete" || kind === "erase") one.deleted = true;
      if (kind === "restore") one.deleted = false;
      if (kind === "erase") one.erased = true;
    }
    for (const ledger of this.ledgers) if (ledger.hasMore) await this.store.settle(ledger.take());
  }

  marks(): Marks {
    return this.ledgers.map((ledger) => [ledger.shard, ledger.seq] as const);
  }
}

export function describeSnapshotStore(name: string, under: SnapshotStoreUnderTest): void {
  const lines = (rows: readonly ResponseRow[]) =>
    rows.map(({ id, data, submittedAt, seq, shard }) => ({ id, data, submittedAt, seq, shard }));

  describe(`${name}: a form at one position`, () => {
    test("is read as it was, in order, however long it takes and whatever happens meanwhile", { timeout: 120_000 }, async () => {
      const steps = fc.array(step, { maxLength: 12 });
      const life = fc.record({
        before: fc.array(step, { minLength: 1, maxLength: 25 }),
        meanwhile: fc.array(steps, { maxLength: 4 }),
        pageRows: fc.integer({ min: 1, max: 6 }),
        descending: fc.boolean(),
        filtered: fc.boolean(),
        resumesEach: fc.boolean(),
        words: fc.option(
          fc.subarray(["zoe", "angst", "o", "brien", "peter", "한국", "w", "w5", "example"], { minLength: 1, maxLength: 2 }),
        ),
        deleted: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(life, async ({ before, meanwhile, pageRows, descending, filtered, resumesEach, words, deleted: ofBin }) => {
          const lived = new Life(under.open());
          await lived.live(before);
          const { workspaceId, formId } = lived.ledgers[0] as FakeLedger;
          const deleted = ofBin && words !== null;
          const condition = filtered ? HIGH : undefined;
          const query = { workspaceId, formId, marks: lived.marks(), condition, words: words ?? undefined, deleted, descending };
          const { words: _, deleted: __, ...list } = query;
          const status = deleted ? ("deleted" as const) : undefined;
          const listed = await lived.store.listResponses({ ...list, status, asOf: query.marks, limit: 1_000 });
          const wanted = words === null ? listed : listed.filter(({ data }) => hasWords(data, words));
          // Of now, the index says the same as the words in hand.
          const ofNow = { workspaceId, formId, status, condition, descending, limit: 1_000 };
          if (words !== null)
            expect(lines(await lived.store.listResponses({ ...ofNow, words }))).toEqual(
              lines((await lived.store.listResponses(ofNow)).filter(({ data }) => hasWords(data, words))),
            );
          const read: ResponseRow[] = [];
          const store = under.openSnapshot();
          let pages = pagesOf(store, query, null, pageRows);
          for (let turn = 0; ; turn++) {
            const { done, value } = await pages.next();
            if (done) break;
            read.push(...value.rows);
            await lived.live(meanwhile[turn] ?? []);
            // A new worker goes on where the last one stopped.
            if (resumesEach) pages = pagesOf(store, query, value.after, pageRows);
          }
          // Who was erased meanwhile is gone, from whichever page came after.
          const erasedMeanwhile = new Set<string>();
          for (const { id } of wanted) {
            const now = await lived.store.getResponse(workspaceId, formId, id);
            if (now?.erasedAt != null) erasedMeanwhile.add(id);
          }
          const kept = (rows: readonly ResponseRow[]) => lines(rows.filter(({ id }) => !erasedMeanwhile.has(id)));
          expect(kept(read)).toEqual(kept(wanted));
          expect(new Set(read.map(({ id }) => id)).size).toBe(read.length);
        }),
        { numRuns: under.runs },
      );
    });

    test("gives up where more was touched since than it may look at", async () => {
      const lived = new Life(under.open());
      const step = (kind: Step["kind"], which: number): Step => ({ kind, which, score: 1, minute: 1, ledger: 0 });
      await lived.live([step("accept", 0), step("accept", 0), step("accept", 0)]);
      const { workspaceId, formId } = lived.ledgers[0] as FakeLedger;
      const query = { workspaceId, formId, marks: lived.marks(), words: ["obrien"], descending: false };
      const bound = { touched: 2, refuse: () => new Error("too much") };
      await lived.live([step("update", 0), step("update", 1), step("update", 1)]);
      expect((await pagesOf(under.openSnapshot(), query, null, 10, bound).next()).done).toBe(true);
      await lived.live([step("update", 2)]);
      await expect(pagesOf(under.openSnapshot(), query, null, 10, bound).next()).rejects.toThrow("too much");
    });

    test("counts what there is to read", async () => {
      const lived = new Life(under.open());
      const accept = (score: number): Step => ({ kind: "accept", which: 0, score, minute: 1, ledger: 0 });
      await lived.live([accept(1), accept(5), accept(9)]);
      const { workspaceId, formId } = lived.ledgers[0] as FakeLedger;
      const query = { workspaceId, formId, marks: lived.marks(), descending: false };
      expect(await under.openSnapshot().count(query)).toBe(3);
      expect(await under.openSnapshot().count({ ...query, condition: HIGH })).toBe(2);
      expect(await under.openSnapshot().count({ ...query, workspaceId: "ws_other" })).toBe(0);
    });
  });
}
