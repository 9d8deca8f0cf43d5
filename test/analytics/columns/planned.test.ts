// A form with more answers than are looked through for each question: over the API the planner takes its columns, and nobody can tell
// but by the plan's name.
import { env, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { ledgerOf } from "../../../src/responses";
import { createAnalysed } from "../support";

const ROWS = 20_100;

interface Reply {
  data: Record<string, number>;
  meta: { plan: string; scanned_rows: number };
}

test("the scan answers until columns are made, then they do, and every change counts at once", { timeout: 120_000 }, async () => {
  const form = await createAnalysed([
    { name: "name", type: "short_text", label: "Name" },
    { name: "score", type: "number", label: "Score" },
  ]);
  await fill(form.formId, form.workspaceId);
  let limit = 1_000;
  const ask = async (): Promise<Reply> => {
    // Another question each time, or the answer might be one that was kept.
    limit -= 1;
    const query = { aggregate: "sum", field: "score", group_by: "name", limit };
    const reply = await form.call("POST", `/api/v2/analytics/forms/${form.formId}/query`, query);
    expect(reply.status, await reply.clone().text()).toBe(200);
    return reply.json<Reply>();
  };
  const expected: Record<string, number> = {};
  for (let n = 1; n <= ROWS; n++) expected[`name ${n % 3}`] = (expected[`name ${n % 3}`] ?? 0) + n;

  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "scan" } });
  const columns = env.COLUMNS.get(env.COLUMNS.idFromName(form.formId));
  expect(await runDurableObjectAlarm(columns)).toBe(true);
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "columns" } });

  const id = "rsp_of_columns_00000007";
  expect((await form.edit(id, { score: 1_000_007 })).status).toBe(200);
  expected["name 1"] = (expected["name 1"] ?? 0) + 1_000_000;
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "columns" } });
  await form.remove(id);
  expected["name 1"] -= 1_000_007;
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "columns" } });
  await form.accepted({ name: "somebody new", score: 5 });
  expected["somebody new"] = 5;
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "columns" } });

  // Made anew from the store: until that is done, the scan answers again.
  const admin = await form.member("admin");
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/rebuild`, {}, { as: admin })).status).toBe(200);
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "scan" } });
  await runDurableObjectAlarm(columns);
  expect(await ask()).toMatchObject({ data: expected, meta: { plan: "columns" } });
});

test("forms that have columns and forms that have none are asked as one", { timeout: 120_000 }, async () => {
  const fields = [
    { name: "name", type: "short_text", label: "Name" },
    { name: "score", type: "number", label: "Score" },
  ];
  const form = await createAnalysed(fields);
  await fill(form.formId, form.workspaceId, "rsp_of_several_");
  const { id: small } = await (await form.call("POST", "/api/v1/forms", { title: "A small one", schema: { fields } })).json<{
    id: string;
  }>();
  expect((await form.call("POST", `/api/v1/forms/${small}/publish`)).status).toBe(200);
  expect((await form.call("POST", `/api/v1/forms/${small}/responses`, { data: { name: "name 1", score: 50_000 } })).status).toBe(201);
  const ask = async (query: object, forms = [form.formId, small]): Promise<Reply> => {
    const reply = await form.call("POST", "/api/v2/analytics/query", { ...query, forms });
    expect(reply.status, await reply.clone().text()).toBe(200);
    return reply.json<Reply>();
  };
  const greatest = { aggregate: "max", field: "score", group_by: "name" };
  const sum = { aggregate: "sum", field: "score", group_by: "name" };
  const expected = { "name 0": 20_100, "name 1": 50_000, "name 2": 20_099 };
  expect((await ask(greatest)).data).toEqual(expected);
  expect(await ask(sum, [form.formId])).toMatchObject({ meta: { plan: "scan" } });
  await runDurableObjectAlarm(env.COLUMNS.get(env.COLUMNS.idFromName(form.formId)));

  // Another question than before, or the answer might be one that was kept.
  const filter = { submitted_at: { $gte: "2000-01-01" } };
  expect(await ask({ ...sum, filter }, [form.formId])).toMatchObject({
    data: { "name 0": 67_345_050, "name 1": 67_331_650, "name 2": 67_338_350 },
    meta: { plan: "columns" },
  });
  expect((await ask({ ...sum, filter })).data["name 1"]).toBe(67_331_650 + 50_000);
  expect((await ask({ ...greatest, filter })).data).toEqual(expected);
  const apart = await ask({ aggregate: "count", group_by: ["form", "name"], filter });
  expect(apart.data).toEqual({ [form.formId]: { "name 0": 6_700, "name 1": 6_700, "name 2": 6_700 }, [small]: { "name 1": 1 } });
  // Of two medians there is no median of all.
  const median = await ask({ aggregate: "median", field: "score", group_by: "name", filter });
  expect(median).toMatchObject({ data: { "name 0": 10_051.5 }, meta: { plan: "scan" } });
});

/** As if they had been accepted long ago. */
async function fill(formId: string, workspaceId: string, ids = "rsp_of_columns_"): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ?3)
     INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at, updated_at, data_hash, meta, data)
     SELECT ?4 || printf('%08d', n), ?2, ?1, 0, n, n, n, 1, 'complete', 1760000000000 + n * 1000, 0, '', jsonb('{}'),
       jsonb(json_object('name', 'name ' || (n % 3), 'score', n)) FROM s`,
  )
    .bind(formId, workspaceId, ROWS, ids)
    .run();
  await env.DB.prepare("INSERT INTO ledger_marks VALUES (?1, 0, ?2, ?3, '', 0)").bind(formId, workspaceId, ROWS).run();
  const counted = { settled: ROWS, counts: [], buckets: [] };
  await ledgerOf(env, formId, 0).adopt({ workspaceId, settled: ROWS, hash: "", counted, lastSubmittedAt: null });
}
