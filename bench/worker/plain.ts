// A submit the way it is commonly built: the same answers, checked by the same rules; then a row, then the same counters, then a
// queue message, each request by itself. No ledger, no chain, no key against repeats, and the form is never looked up: a generous
// measure. Killed between row and counters it drifts for ever; BATCHED, which does both in one batch, does not, and is quicker.
import { DEMO_FORM } from "../../src/demo/form";
import { evaluateAnswers } from "../../src/forms";
import { cellsOf } from "../../src/responses/cells";

interface PlainEnv {
  DB: D1Database;
  EVENTS: Queue;
  BATCHED: boolean;
}

const TABLES = [
  "CREATE TABLE IF NOT EXISTS responses (id TEXT PRIMARY KEY, form_id TEXT NOT NULL, submitted_at INTEGER NOT NULL, data TEXT NOT NULL)",
  "CREATE INDEX IF NOT EXISTS responses_by_time ON responses (form_id, submitted_at)",
  "CREATE TABLE IF NOT EXISTS counters (form_id TEXT, name TEXT, count INTEGER NOT NULL, sum REAL NOT NULL, PRIMARY KEY (form_id, name)) WITHOUT ROWID",
];
const ROW = "INSERT INTO responses (id, form_id, submitted_at, data) VALUES (?, 'frm_1', ?, ?)";
const COUNT = "INSERT INTO counters VALUES ('frm_1', ?, 1, ?) ON CONFLICT DO UPDATE SET count = count + 1, sum = sum + excluded.sum";
const HOUR_MS = 3_600_000;
let ready = false;

export default {
  async fetch(request, env) {
    if (!ready) {
      await env.DB.batch(TABLES.map((sql) => env.DB.prepare(sql)));
      ready = true;
    }
    const now = Date.now();
    const { data } = await request.json<{ data: unknown }>();
    const verdict = evaluateAnswers(DEMO_FORM.schema, data, { mode: "complete", now });
    if (!verdict.ok) return Response.json({ issues: verdict.issues }, { status: 422 });
    const id = crypto.randomUUID();
    const counters: [name: string, sum: number][] = [
      [":total", 0],
      [`:hour ${now - (now % HOUR_MS)}`, 0],
      ...cellsOf(DEMO_FORM.schema, verdict.data).map(([field, value, number]): [string, number] => [`${field}=${value}`, number ?? 0]),
    ];
    const row = env.DB.prepare(ROW).bind(id, now, JSON.stringify(verdict.data));
    const counts = counters.map(([name, sum]) => env.DB.prepare(COUNT).bind(name, sum));
    if (env.BATCHED) {
      await env.DB.batch([row, ...counts]);
    } else {
      await row.run();
      await env.DB.batch(counts);
    }
    await env.EVENTS.send({ id });
    return Response.json({ id, data: verdict.data }, { status: 201 });
  },
  async queue() {},
} satisfies ExportedHandler<PlainEnv>;
