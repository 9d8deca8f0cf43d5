// The columns of a form as the rest of Headwater meets them: through their object, the follower and the verbs.
import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { openShelf } from "../../../durable-objects/form-columns/shelf";
import { columnsOf, followColumns, type Query } from "../../../src/analytics";
import { unpack } from "../../../src/analytics/columns/segment/pack";
import { evaluateInMemory, type QueriedRow } from "../../../src/analytics/query/evaluate";
import { asSystem } from "../../../src/shared/context";
import { newId } from "../../../src/shared/ids";
import { openPrimaryStore } from "../../../src/store";
import { FakeLedger } from "../../store/settle-batches";
import { testContext } from "../../support/context";
import { told } from "../../support/told";

const ROWS = 8_300;
const A_SEGMENT = 8_192;
const COMPLETE = { op: "compare", field: { in: "column", name: "status", kind: "text" }, by: "eq", value: "complete" } as const;
const CITY = { by: "value", name: "city", ref: { in: "data", path: ["city"], kind: "text" }, type: null, most: 1 } as const;
const BY_CITY: Query = {
  aggregate: "count",
  field: null,
  groups: [CITY],
  condition: COMPLETE,
  sort: { by: "value", desc: true },
  limit: 1_000,
};

interface Filled {
  ledger: FakeLedger;
  rows: (QueriedRow & { id: string })[];
  settle(): Promise<void>;
  ask(query?: Query): Promise<unknown>;
  marks(): [number, number][];
}

async function filled(count = ROWS): Promise<Filled> {
  const ledger = new FakeLedger();
  const rows: Filled["rows"] = [];
  const settle = async () => {
    if (ledger.hasMore) expect(await openPrimaryStore(env).settle(ledger.take())).toEqual({ kind: "settled" });
  };
  for (let i = 0; i < count; i++) {
    const row = {
      status: "complete" as const,
      data: { city: `City ${i % 7}`, n: i },
      meta: {},
      submittedAt: Date.UTC(2026, 0, 1) + i * 1_000,
    };
    rows.push({ ...row, id: ledger.write(row), formVersion: 1, deletedAt: null });
    if (i % 2_000 === 1_999) await settle();
  }
  await settle();
  const marks = (): [number, number][] => [[0, ledger.seq]];
  return { ledger, rows, settle, marks, ask: (query = BY_CITY) => columnsOf(env, ledger.formId).ask(ledger.workspaceId, marks(), query) };
}

const stubOf = (formId: string) => env.COLUMNS.get(env.COLUMNS.idFromName(formId));
const standing = ({ ledger, marks }: Filled) => columnsOf(env, ledger.formId).stand(ledger.workspaceId, marks());
const answer = (query: Query, rows: readonly QueriedRow[]) => ({ kind: "answered", result: { rows: evaluateInMemory(query, rows).rows } });
const range = ({ ledger: { formId, workspaceId, seq } }: Filled, toSeq = seq) => told({ formId, workspaceId, toSeq });

let form: Filled;

beforeAll(async () => {
  form = await filled();
}, 60_000);

test("the follower, told twice and out of order, has segments made; a question reads them and what came later", async () => {
  const ctx = asSystem(testContext(), form.ledger.workspaceId);
  await followColumns(ctx, range(form));
  await followColumns(ctx, range(form, 900));
  await followColumns(ctx, range(form));
  expect(await runDurableObjectAlarm(stubOf(form.ledger.formId))).toBe(true);
  expect(await standing(form)).toMatchObject({ segments: 1, rows: A_SEGMENT, tail: ROWS - A_SEGMENT, changed: 0 });
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  // Nothing to do: nobody is woken again.
  await followColumns(ctx, range(form));
  expect(await runDurableObjectAlarm(stubOf(form.ledger.formId))).toBe(false);
});

test("an edit, a deletion and a restore of what lies in a segment count at once, and the segment is made anew", async () => {
  const [edited, deleted] = [form.rows[3], form.rows[4]];
  if (edited === undefined || deleted === undefined) throw new Error("no rows");
  edited.data = { city: "Elsewhere" };
  form.ledger.write({ id: edited.id, kind: "update", data: edited.data });
  deleted.deletedAt = 1;
  form.ledger.write({ id: deleted.id, kind: "delete", data: null });
  await form.settle();
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  expect(await standing(form)).toMatchObject({ changed: 2 });
  expect(await runDurableObjectAlarm(stubOf(form.ledger.formId))).toBe(true);
  expect(await standing(form)).toMatchObject({ segments: 1, rows: A_SEGMENT - 1, changed: 0 });
  deleted.deletedAt = null;
  form.ledger.write({ id: deleted.id, kind: "restore", data: null });
  await form.settle();
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  await runDurableObjectAlarm(stubOf(form.ledger.formId));
  expect(await standing(form)).toMatchObject({ rows: A_SEGMENT });
});

test("once erased, an answer lies in no column any more", async () => {
  const secret = "a name that nobody may find";
  const row = form.rows[5];
  if (row === undefined) throw new Error("no rows");
  row.data = { city: secret };
  form.ledger.write({ id: row.id, kind: "update", data: row.data });
  await form.settle();
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  await runDurableObjectAlarm(stubOf(form.ledger.formId));
  expect(await piecesWith(form.ledger.formId, secret)).toEqual([["dictionary", "data.city"]]);
  row.deletedAt = 1;
  form.ledger.write({ id: row.id, kind: "erase", data: {} });
  await form.settle();
  // Somebody looks, and nothing comes of it: that the follower tells of nothing new must not leave the answer where it is.
  expect(await standing(form)).toMatchObject({ changed: 1 });
  await followColumns(asSystem(testContext(), form.ledger.workspaceId), range(form));
  expect(await runDurableObjectAlarm(stubOf(form.ledger.formId))).toBe(true);
  expect(await piecesWith(form.ledger.formId, secret)).toEqual([]);
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  expect(await standing(form)).toMatchObject({ rows: A_SEGMENT - 1 });
});

test("another workspace learns and changes nothing", async () => {
  const columns = columnsOf(env, form.ledger.formId);
  const before = await standing(form);
  const stranger = newId("workspace");
  expect(await columns.ask(stranger, form.marks(), BY_CITY)).toEqual({ kind: "unfit" });
  expect(await columns.stand(stranger, form.marks())).toBeNull();
  await columns.forget(stranger);
  await columns.noticed(stranger, 0, A_SEGMENT);
  expect(await standing(form)).toEqual(before);
});

test("columns that were dropped are made again from the store", async () => {
  await columnsOf(env, form.ledger.formId).forget(form.ledger.workspaceId);
  await runInDurableObject(stubOf(form.ledger.formId), (_, { storage }) => {
    expect(openShelf(storage).segments()).toEqual([]);
    expect(storage.sql.exec("SELECT count(*) AS n FROM pieces").one()).toEqual({ n: 0 });
  });
  // Meanwhile what is little enough is read from the store.
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
  expect(await runDurableObjectAlarm(stubOf(form.ledger.formId))).toBe(true);
  expect(await standing(form)).toMatchObject({ segments: 1 });
  expect(await form.ask()).toMatchObject(answer(BY_CITY, form.rows));
});

test("of another format, all of it is made again", async () => {
  const stub = stubOf(form.ledger.formId);
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec("UPDATE facts SET value = '0' WHERE name = 'format'");
    expect(openShelf(storage).segments()).toEqual([]);
  });
});

async function piecesWith(formId: string, text: string): Promise<[string, string][]> {
  return runInDurableObject(stubOf(formId), (_, { storage }) => {
    const pieces = storage.sql.exec<{ part: string; name: string; bytes: ArrayBuffer }>("SELECT part, name, bytes FROM pieces").toArray();
    return pieces
      .filter(({ bytes }) => new TextDecoder().decode(unpack(new Uint8Array(bytes))).includes(text))
      .map(({ part, name }): [string, string] => [part, name]);
  });
}
