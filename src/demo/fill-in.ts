// Gives the demo form its weeks of answers, one after the other through the door that every answer takes, each at its own time.
import { acceptResponse, ledgerOf, startVisit } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { demoVisits, type Visit } from "./visits";

const ANSWERS_A_CALL = 100;

/** Goes on where the ledger stands: the answers come in a fixed order, so its head says how many of them it has. */
export async function fillIn(ctx: WorkspaceContext, formId: string): Promise<{ responses: number; done: boolean }> {
  const ledger = ledgerOf(ctx.env, formId, 0);
  const visits = demoVisits(ctx.now());
  const present = (await ledger.totals()).head;
  let responses = 0;
  let views = 0;
  for (const visit of visits) {
    if (responses >= present + ANSWERS_A_CALL) return { responses, done: false };
    const answered = visit.outcome === "complete" || visit.outcome === "partial";
    if (answered) responses += 1;
    if (responses < present || (answered && responses === present)) continue;
    views += 1;
    await makeVisit(ctx, formId, visit);
    if (responses % 10 === 0) {
      await ledger.viewed(views, visit.at, ctx.workspaceId);
      views = 0;
    }
  }
  if (views > 0) await ledger.viewed(views, ctx.now(), ctx.workspaceId);
  return { responses, done: true };
}

async function makeVisit(ctx: WorkspaceContext, formId: string, visit: Visit): Promise<void> {
  if (visit.outcome === "left") return;
  const facts = { origin: null, referrer: visit.referrer, country: visit.country, userAgent: visit.userAgent };
  const start = await startVisit(at(ctx, visit.at), formId, null);
  if (visit.outcome === "started") return;
  const submittedAt = visit.at + visit.fillSeconds * 1_000;
  await acceptResponse(at(ctx, submittedAt), {
    validators: null,
    formId,
    data: visit.data,
    status: visit.outcome,
    startToken: start.token,
    submittedAt,
    visit: facts,
  });
}

function at(ctx: WorkspaceContext, time: number): WorkspaceContext {
  return { ...ctx, now: () => time };
}
