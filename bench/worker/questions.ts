// A Worker of the bench alone, beside Headwater and over its stores: it carries out one plan that is named, so that plans can be compared.
// Headwater itself has no such door; its planner chooses.
import { columnsOf, marksIn } from "../../src/analytics/columns/api";
import { executeColumns } from "../../src/analytics/columns/execute";
import { loadAnalysedForm } from "../../src/analytics/form";
import { executeLive, executeRollup } from "../../src/analytics/query/counters";
import { deadlineAt } from "../../src/analytics/query/deadline";
import { knownFields } from "../../src/analytics/query/fields";
import { parseQuery } from "../../src/analytics/query/parse";
import { planQuery } from "../../src/analytics/query/plan";
import { executeScan } from "../../src/analytics/query/scan";
import { ledgerOf } from "../../src/responses/ledger/api";
import { asSystem } from "../../src/shared/context";
import { InvalidError } from "../../src/shared/errors";
import { backgroundContext } from "../../src/store/background-context";
import type { BenchOrder } from "../lib/questions/order";

export default {
  async fetch(request, env, execution) {
    const order = (await request.json()) as BenchOrder;
    if (order.do === "sql") {
      const { results, meta } = await env.DB.prepare(order.sql)
        .bind(...order.values)
        .all();
      return Response.json({ rows: results.length, read: meta.rows_read });
    }
    if (order.do === "adopt") {
      const { formId, workspaceId, entries } = order;
      const counted = { settled: entries, counts: [], buckets: [] };
      const adopted = await ledgerOf(env, formId, 0).adopt({ workspaceId, settled: entries, hash: "", counted, lastSubmittedAt: null });
      return Response.json({ adopted });
    }
    const marks = marksIn(order.position) ?? [];
    if (order.do === "stand") return Response.json(await columnsOf(env, order.formId).stand(order.workspaceId, marks));
    const ctx = asSystem(backgroundContext(env, execution, "req_of_the_bench"), order.workspaceId);
    const form = await loadAnalysedForm(ctx, order.formId);
    const known = await knownFields(ctx, order.formId);
    const query = parseQuery(order.query, known.fields);
    const run = { ctx, form, query, position: order.position, deadline: deadlineAt(Date.now, Date.now() + 120_000) };
    const counters = planQuery(query, { counted: known.counted, entries: 0, columns: false });
    try {
      const result =
        order.plan === "columns"
          ? await executeColumns(run, { plan: "columns" })
          : order.plan === "scan"
            ? await executeScan(run, { plan: "scan" })
            : counters.plan === "live"
              ? await executeLive(run, counters)
              : counters.plan === "rollup"
                ? await executeRollup(run, counters)
                : null;
      return Response.json({ result, plan: order.plan === "counters" ? counters.plan : order.plan });
    } catch (error) {
      if (error instanceof InvalidError) return Response.json({ refused: error.details.reason ?? error.message });
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;
