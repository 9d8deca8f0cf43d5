// Asks a form a question: parse, check against its fields, plan, run. What was found out is kept under the question and the ledgers'
// position, so that nothing kept is older than what was accepted.
import { cached } from "../../cache";
import { type FormBarrier, passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { eachLedger } from "../ledger-reads";
import { deadlineAt, QUERY_LIMIT_MS, withinDeadline } from "./deadline";
import { executePlan } from "./execute";
import { type KnownFields, knownFields } from "./fields";
import { hashQuery } from "./hash";
import { parseQuery } from "./parse";
import { type Deadline, type Plan, type PlanName, planQuery } from "./plan";
import type { Query, QueryResult } from "./types";

const KEPT_SECONDS = 600;

export interface Answer extends QueryResult {
  query: Query;
  plan: PlanName;
  cached: boolean;
  elapsedMs: number;
  queryHash: string;
  /** False: the store is down or slow, and the latest responses may be missing. */
  current: boolean;
}

export async function askForm(ctx: ServiceContext, input: { formId: string; query: unknown }): Promise<Answer> {
  assertCan(ctx, "read");
  const startedAt = ctx.now();
  const form = await loadAnalysedForm(ctx, input.formId);
  const known = await knownFields(ctx, form.formId);
  const query = parseQuery(input.query, known.fields);
  const answer = await answerQuery(
    ctx,
    form,
    known,
    query,
    deadlineAt(() => ctx.now(), startedAt + QUERY_LIMIT_MS),
  );
  return { ...answer, query, elapsedMs: ctx.now() - startedAt };
}

/** A checked question about one form. */
export async function answerQuery(
  ctx: WorkspaceContext,
  form: AnalysedForm,
  known: KnownFields,
  query: Query,
  deadline: Deadline,
): Promise<Omit<Answer, "query" | "elapsedMs">> {
  const queryHash = await hashQuery(query);
  // Counters are right at the ledger's head; everything else is read behind a barrier.
  const live = planAt(query, known, { position: "", current: false }).plan === "live";
  const at = live ? await headOf(ctx, form) : await passBarrier(ctx, form.formId, form.settings);
  const { position, current } = at;
  const found = await cached(
    ctx,
    {
      key: `query:${ctx.workspaceId}:${form.formId}:${queryHash}:${position}`,
      tags: [],
      ttlSeconds: KEPT_SECONDS,
      staleSeconds: 0,
      bypass: !current,
    },
    () => withinDeadline(deadline, () => executePlan({ ctx, form, query, position, deadline }, planAt(query, known, at))),
  );
  return { ...found.value, cached: found.state.startsWith("HIT"), queryHash, current };
}

/** How a question is answered behind that barrier. */
export function planAt(query: Query, known: KnownFields, { position, current }: FormBarrier): Plan {
  return planQuery(query, { counted: known.counted, entries: entriesAt(position), columns: current });
}

async function headOf(ctx: WorkspaceContext, form: AnalysedForm): Promise<{ position: string; current: true }> {
  const totals = await Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.totalsWithin(0, 0)));
  return { position: totals.map(({ position }) => position).join(","), current: true };
}

/** Every response took a number when it was accepted, so there are no more of them than these add up to. */
function entriesAt(position: string): number {
  return position.split(",").reduce((sum, part) => sum + (Number(part.split(":")[1]) || 0), 0);
}
