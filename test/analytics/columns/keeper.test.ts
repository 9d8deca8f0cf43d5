// Whatever happens to the responses, and whenever the keeper is killed: asked, it says what a plain evaluation over the responses says.
import { env, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openShelf } from "../../../durable-objects/form-columns/shelf";
import { ColumnCache } from "../../../src/analytics/columns/keep/cache";
import { type Asked, ColumnKeeper } from "../../../src/analytics/columns/keep/keeper";
import type { Limits } from "../../../src/analytics/columns/keep/limits";
import type { Shelf } from "../../../src/analytics/columns/keep/shelf";
import { SEQ } from "../../../src/analytics/columns/segment/rows";
import { evaluateInMemory } from "../../../src/analytics/query/evaluate";
import type { Query, QueryResult } from "../../../src/analytics/query/types";
import { newId } from "../../../src/shared/ids";
import { openPrimaryStore } from "../../../src/store";
import { FakeLedger } from "../../store/settle-batches";
import { type AnyRow, anyQuery, anyRow } from "./generated";

const LIMITS: Limits = { segmentRows: 8, leastRows: 2, pageRows: 3, segmentBytes: 10_000, tailRows: 40, changedRows: 12 };

type Known = AnyRow & { id: string; shard: number; erased: boolean };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("accept" as const), rows: fc.array(anyRow, { minLength: 1, maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), at: fc.nat(), row: anyRow }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "restore" as const, "erase" as const), at: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("work" as const, "die in the middle" as const, "restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("lose a piece" as const, "lose numbers" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("ask" as const), query: anyQuery }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Enough for several segments, whatever chance brings in the others. */
const longLife: Step[] = [...fc.sample(anyRow, 36)].map((row) => ({ do: "accept", rows: [{ ...row, deletedAt: null }] }));

test("columns agree with the responses through edits, deletes, restores, erasures, damage and deaths", { timeout: 200_000 }, async () => {
  let answered = 0;
  let segments = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 40 }), fc.constantFrom(1, 3), anyQuery, async (steps, shards, last) => {
      const form = await openForm(shards);
      for (const one of [...steps, { do: "ask" as const, query: last }]) {
        const asked = await form.act(one);
        if (asked?.kind === "answered") answered += 1;
        segments = Math.max(segments, form.segments());
      }
      // However much is waiting: once it has been put away, there is an answer.
      await form.act({ do: "work" });
      expect((await form.act({ do: "ask", query: last }))?.kind).toBe("answered");
    }),
    { numRuns: 30, endOnFailure: true, examples: [[[...longLife, { do: "work" }], 1, fc.sample(anyQuery, 1)[0] as Query]] },
  );
  expect(answered).toBeGreaterThan(40);
  expect(segments).toBeGreaterThan(3);
});

test("a segment that turns out to be damaged when a row of it changes is made again, and asked meanwhile it is behind", async () => {
  const form = await openForm(1);
  const [row] = fc.sample(anyRow, 1) as [AnyRow];
  const [query] = fc.sample(anyQuery, 1) as [Query];
  await form.act({ do: "accept", rows: Array.from({ length: 36 }, () => ({ ...row, deletedAt: null })) });
  await form.act({ do: "work" });
  expect(form.segments()).toBeGreaterThan(3);
  for (const at of [0, 1]) {
    await form.act({ do: "lose numbers", at });
    await form.act({ do: at === 0 ? "delete" : "restore", at: 0 });
    expect(await form.act({ do: "ask", query })).toEqual({ kind: "behind" });
    await form.act({ do: "work" });
    expect((await form.act({ do: "ask", query }))?.kind).toBe("answered");
  }
});

async function openForm(shards: number) {
  const formId = newId("form");
  const workspaceId = newId("workspace");
  const ledgers = Array.from({ length: shards }, (_, shard) => new FakeLedger(shard, workspaceId, formId));
  const stub = env.COLUMNS.get(env.COLUMNS.idFromName(formId));
  const known: Known[] = [];
  const cache = new ColumnCache(200_000);
  let keeper: ColumnKeeper | null = null;
  let dying = false;

  /** Within the object: its storage is no one else's. */
  const inside = <T>(use: (keeper: ColumnKeeper, shelf: Shelf, storage: DurableObjectStorage) => Promise<T>): Promise<T> =>
    runInDurableObject(stub, async (_, state) => {
      const shelf = openShelf(state.storage);
      const mortal: Shelf = {
        ...shelf,
        put: (...put) =>
          state.storage.transactionSync(() => {
            const head = shelf.put(...put);
            if (dying) throw new Error("died in the middle");
            return head;
          }),
      };
      keeper ??= new ColumnKeeper({ shelf: mortal, store: openPrimaryStore(env), cache, formId, limits: LIMITS });
      return use(keeper, shelf, state.storage);
    });
  const marks = () => ledgers.map(({ shard, seq }) => [shard, seq] as const);
  const settle = async (ledger: FakeLedger) => {
    expect(await openPrimaryStore(env).settle(ledger.take())).toEqual({ kind: "settled" });
    return undefined;
  };
  const there = () => known.filter(({ erased }) => !erased);

  return {
    segments: () => keeper?.standing.segments ?? 0,
    async act(one: Step): Promise<Asked | undefined> {
      switch (one.do) {
        case "accept": {
          for (const [i, { deletedAt, ...row }] of one.rows.entries()) {
            const ledger = ledgers[(known.length + i) % shards] as FakeLedger;
            const plain = JSON.parse(JSON.stringify(row)) as typeof row;
            const id = ledger.write(plain);
            known.push({ ...plain, formVersion: 1, id, shard: ledger.shard, seq: ledger.seq, deletedAt: null, erased: false });
            if (deletedAt !== null) remove(known.at(-1) as Known, ledger, "delete");
          }
          for (const ledger of ledgers) if (ledger.hasMore) await settle(ledger);
          return;
        }
        case "edit": {
          const row = there()[one.at % Math.max(1, there().length)];
          if (row === undefined) return;
          const ledger = ledgers[row.shard] as FakeLedger;
          const { data, meta } = JSON.parse(JSON.stringify(one.row)) as typeof one.row;
          Object.assign(row, { data, meta, status: one.row.status, deletedAt: null });
          ledger.write({ id: row.id, kind: "update", data, meta, status: row.status });
          return settle(ledger);
        }
        case "delete":
        case "restore":
        case "erase": {
          const row = there()[one.at % Math.max(1, there().length)];
          if (row === undefined) return;
          const ledger = ledgers[row.shard] as FakeLedger;
          remove(row, ledger, one.do);
          return settle(ledger);
        }
        case "work":
          return inside(async (keeper) => {
            for (let i = 0; i < 100 && (await keeper.work(workspaceId)); i++);
            return undefined;
          });
        case "die in the middle":
          dying = true;
          await inside((keeper) => keeper.work(workspaceId)).catch(({ message }: Error) => expect(message).toBe("died in the middle"));
          dying = false;
          keeper = null;
          return;
        case "restart":
          keeper = null;
          return;
        case "lose a piece":
        case "lose numbers":
          return inside(async (_, __, storage) => {
            cache.forget(formId);
            const pieces = storage.sql
              .exec<{ rowid: number }>(
                `SELECT rowid FROM pieces ${one.do === "lose numbers" ? `WHERE name = '${SEQ}'` : ""} ORDER BY segment, name, part, piece`,
              )
              .toArray();
            const piece = pieces[one.at % Math.max(1, pieces.length)];
            if (piece === undefined) return;
            if (one.at % 2 === 0) storage.sql.exec("DELETE FROM pieces WHERE rowid = ?", piece.rowid);
            else storage.sql.exec("UPDATE pieces SET bytes = ? WHERE rowid = ?", new Uint8Array(40).fill(7), piece.rowid);
            return undefined;
          });
        case "forget":
          return inside(async (keeper) => {
            await keeper.forget();
            return undefined;
          });
        case "ask": {
          const asked = await inside((keeper) => keeper.ask(workspaceId, marks(), one.query));
          if (asked.kind === "answered") expectSame(asked.result, evaluateInMemory(one.query, there()), one.query);
          return asked;
        }
      }
    },
  };
}

function remove(row: Known, ledger: FakeLedger, kind: "delete" | "restore" | "erase"): void {
  row.deletedAt = kind === "restore" ? null : 1;
  row.erased = kind === "erase";
  ledger.write({ id: row.id, kind, data: kind === "erase" ? {} : null, status: row.status });
}

function expectSame(given: QueryResult, expected: QueryResult, query: Query): void {
  const rounded = ({ rows }: QueryResult) =>
    rows.map(({ group, value }) => ({ group, value: typeof value === "number" ? Number(value.toPrecision(12)) + 0 : value }));
  expect(rounded(given), JSON.stringify(query)).toEqual(rounded(expected));
}
