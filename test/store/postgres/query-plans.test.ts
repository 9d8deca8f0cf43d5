// Every query the product makes of Postgres walks an index, on tables large enough that the planner has a choice.
import { beforeAll, describe, expect, test } from "vitest";
import { MARKS } from "../../../src/store/postgres";
import { openPostgres, type Parameter } from "../../../src/store/postgres/connection";
import { MARK_OUTBOX_SENT, OUTBOX_RANGE, OVERDUE_OUTBOX, REMOVE_OUTBOX } from "../../../src/store/postgres/outbox";
import {
  CHAIN,
  CHANGED_ROWS,
  ERASURES,
  GET_RESPONSE,
  listStatement,
  RESPONSE_ENTRIES,
  RESPONSES_AT,
  SCAN_RESPONSES,
} from "../../../src/store/postgres/responses";
import { READ_ROLLUPS } from "../../../src/store/postgres/rollups";
import { settleStatement } from "../../../src/store/postgres/settle";
import { searchableWords } from "../../../src/store/postgres/words";
import { FakeLedger, rollup } from "../settle-batches";
import { onEachPostgres } from "./databases";

const FORMS = 10;
const EACH = 6_000;
/** Later than anything that the other tests call overdue. */
const SENT = 9_000_000_000_000_000;
const FORM = "frm_of_plans_7";
const DAY = Date.UTC(2026, 0, 31);

const FILL = [
  `INSERT INTO responses SELECT 'rsp_plan_' || f || '_' || n, 'ws_1', 'frm_of_plans_' || f, 0, n, n, n, 1,
     CASE WHEN n % 10 = 0 THEN 'partial' ELSE 'complete' END, ${DAY} + n * 1000, NULL, NULL, 0,
     CASE WHEN n % 20 = 1 THEN 1 END, NULL, '', '{}', jsonb_build_object('city', 'city ' || n % 50),
     array_to_tsvector(ARRAY[($1::text::jsonb ->> f) || 'word' || n % 500, ($1::text::jsonb ->> f) || 'city'])
   FROM generate_series(1, ${FORMS}) f, generate_series(1, ${EACH}) n`,
  `INSERT INTO response_entries SELECT form_id, shard, seq, id, 'accept', 1, status, 0, submitted_at, '', '', '', NULL, NULL
   FROM responses WHERE form_id LIKE 'frm_of_plans_%' AND $1 <> ''`,
  `INSERT INTO response_rollups SELECT 'frm_of_plans_' || f, 'day ' || n % 100, 'field ' || n % 5, 'value ' || n, 1
   FROM generate_series(1, ${FORMS}) f, generate_series(1, ${EACH}) n WHERE $1 <> ''`,
  `INSERT INTO ledger_marks SELECT 'frm_of_plans_' || f, 0, 'ws_1', ${EACH}, '', 0 FROM generate_series(1, ${FORMS * 200}) f WHERE $1 <> ''`,
  `INSERT INTO ledger_outbox SELECT 'frm_of_plans_' || f % ${FORMS}, 0, f, f, 'ws_1', NULL, f, ${SENT} + f, 1, '[]'
   FROM generate_series(1, 40000) f WHERE $1 <> ''`,
];
const TABLES = ["responses", "response_entries", "response_rollups", "ledger_marks", "ledger_outbox"];

onEachPostgres((name, connectionString) =>
  describe(name, () => {
    const db = openPostgres(connectionString, 60_000);

    async function planOf(sql: string, values: Parameter[]): Promise<string> {
      const rows = await db.read<{ "QUERY PLAN": string }>("A plan", { sql: `EXPLAIN ${sql}`, values });
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    }

    beforeAll(async () => {
      const marks = Array.from({ length: FORMS + 1 }, (_, f) => searchableWords(`frm_of_plans_${f}`, "x")[0]?.slice(0, -1));
      for (const sql of FILL) await db.write("Filling", { sql, values: [JSON.stringify(marks)] });
      // As autovacuum would: new words wait in a list, and a long one makes the index look dear.
      await db.write("Tidying", { sql: "SELECT gin_clean_pending_list('responses_by_word')", values: [] });
      for (const table of TABLES) await db.write("Statistics", { sql: `ANALYZE ${table}`, values: [] });
    }, 60_000);

    const list = { workspaceId: "ws_1", formId: FORM, descending: true, limit: 100 };
    const after = [DAY + 700_000, 700, 0] as const;
    const condition = { op: "compare", field: { in: "data", path: ["city"], kind: "text" }, by: "eq", value: "city 7" } as const;

    test.for([
      ["everything", listStatement(list), "responses_by_time"],
      ["oldest first", listStatement({ ...list, descending: false }), "responses_by_time"],
      ["next page", listStatement({ ...list, after }), "responses_by_time"],
      ["a time range", listStatement({ ...list, createdAfter: DAY, createdBefore: DAY + 500_000 }), "responses_by_time"],
      ["a status", listStatement({ ...list, status: "partial", after, limit: 20 }), "responses_by_status"],
      ["deleted ones", listStatement({ ...list, status: "deleted", after, limit: 20 }), "responses_deleted"],
      ["filtered", listStatement({ ...list, condition, limit: 5 }), "responses_by_time"],
    ] as const)("list of %s", async ([, { sql, values }, index]) => {
      const plan = await planOf(sql, values);
      expect(plan).toContain(index);
      // In the order of the index: nothing is sorted, so a page costs a page.
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    });

    test("a search goes through the words", async () => {
      const { sql, values } = listStatement({ ...list, words: ["word42"] });
      const plan = await planOf(sql, values);
      expect(plan).toContain("responses_by_word");
      expect(plan).not.toContain("Seq Scan");
    });

    test.for([
      ["one response", GET_RESPONSE, ["rsp_plan_7_7", FORM, "ws_1"]],
      ["its history", RESPONSE_ENTRIES, [FORM, "ws_1", "rsp_plan_7_7", 100]],
      ["the chain", CHAIN, [FORM, "ws_1", 0, 500, 100]],
      ["some rows", RESPONSES_AT, [FORM, 0, "ws_1", "[7,8]"]],
      ["changed rows", CHANGED_ROWS, [FORM, 0, 500, 600, 500, "ws_1"]],
      ["erasures", ERASURES, [FORM, "ws_1", 0, 500, 600]],
      ["every row in order", SCAN_RESPONSES, [FORM, 0, 500, "ws_1", 100]],
      ["roll-ups", READ_ROLLUPS, [FORM]],
      ["marks", MARKS, [FORM]],
      ["an outbox row", OUTBOX_RANGE, [FORM, 0, 7]],
      ["overdue outbox rows", OVERDUE_OUTBOX, [SENT + 3_000, 100]],
      ["marking them", MARK_OUTBOX_SENT, [JSON.stringify([{ formId: FORM, shard: 0, fromSeq: 7 }]), 1]],
      ["removing one", REMOVE_OUTBOX, [FORM, 0, 7]],
    ] as [string, string, Parameter[]][])("%s", async ([, sql, values]) => {
      const plan = await planOf(sql, values);
      expect(plan).toMatch(/Index( Only)? Scan/);
      expect(plan).not.toContain("Seq Scan");
    });

    describe("a settle", () => {
      test("reads no table from end to end, whatever is in it", async () => {
        const ledger = new FakeLedger();
        const changed = ledger.write({ data: { a: "one" } });
        const erased = ledger.write({ data: { a: "two" } });
        await run(ledger.take([rollup({ field: "a", value: "one" })]));
        ledger.write({ id: changed, kind: "update", data: { a: "three" } });
        ledger.write({ id: erased, kind: "erase", data: {} });
        const scans = await run(ledger.take([rollup({ field: "a", value: "one", count: -1 })]));
        expect(scans).toEqual({ ledger_marks: 0, ledger_outbox: 0, response_entries: 0, response_rollups: 0, responses: 0 });
      });

      // The counters of the transaction itself, so nobody else's scans are among them.
      async function run(batch: Parameters<typeof settleStatement>[0]): Promise<unknown> {
        const { sql, values } = settleStatement(batch);
        const [row] = await db.write<{ stands: number | null; scans: string }>("A settle", {
          sql: `WITH settled AS MATERIALIZED (${sql})
          SELECT settled.stands, (SELECT json_object_agg(relname, seq_scan ORDER BY relname) FROM pg_stat_xact_user_tables
            WHERE relname = ANY(ARRAY['${TABLES.join("','")}']) AND settled.stands IS NULL)::text AS scans FROM settled`,
          values,
        });
        expect(row?.stands).toBeNull();
        return JSON.parse(row?.scans ?? "null");
      }
    });
  }),
);
