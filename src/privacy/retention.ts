// How long answers are kept. Every night what is older is erased, through the ledger as if somebody had asked for it.
import { and, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { getForm } from "../forms";
import { type JobKind, startJob } from "../jobs";
import { eraseResponse, type ListInput, listResponses } from "../responses";
import { asSystem, assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { type ResponseRow, tables } from "../store";
import { auditActor, auditIfChanged } from "../store/audit";

const { formRetention } = tables;
const DAY_MS = 86_400_000;
const PAGE = 200;
const FORMS_A_NIGHT = 5_000;

export interface Retention {
  /** Days after submitting; null: for ever. */
  answersDays: number | null;
  partialDays: number | null;
  deletedDays: number | null;
}

const FOR_EVER: Retention = { answersDays: null, partialDays: null, deletedDays: null };

export async function getRetention(ctx: ServiceContext, formId: string): Promise<Retention> {
  assertCan(ctx, "read");
  const form = await getForm(ctx, formId);
  return (await load(ctx, form.id)) ?? FOR_EVER;
}

export async function setRetention(ctx: ServiceContext, formId: string, retention: Retention): Promise<Retention> {
  assertCan(ctx, "manage");
  const form = await getForm(ctx, formId);
  const actor = auditActor(ctx);
  const row = { ...retention, updatedBy: `${actor.kind}:${actor.id}`, updatedAt: ctx.now() };
  await ctx.db.batch([
    ctx.db
      .insert(formRetention)
      .values({ formId: form.id, workspaceId: ctx.workspaceId, ...row })
      .onConflictDoUpdate({ target: formRetention.formId, set: row, setWhere: eq(formRetention.workspaceId, ctx.workspaceId) }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "form.retention_changed",
      targetKind: "form",
      targetId: form.id,
      details: { ...retention },
    }),
  ]);
  return retention;
}

async function load(ctx: WorkspaceContext, formId: string): Promise<Retention | undefined> {
  const [row] = await ctx.db
    .select({ answersDays: formRetention.answersDays, partialDays: formRetention.partialDays, deletedDays: formRetention.deletedDays })
    .from(formRetention)
    .where(and(eq(formRetention.formId, formId), eq(formRetention.workspaceId, ctx.workspaceId)))
    .limit(1);
  return row;
}

/** For the nightly cron: a job for each form that keeps its answers for a while only. */
export async function startRetention(ctx: ServiceContext): Promise<number> {
  let started = 0;
  for (let after = ""; started < FORMS_A_NIGHT; ) {
    const rows = await ctx.db.select().from(formRetention).where(gt(formRetention.formId, after)).orderBy(formRetention.formId).limit(100);
    for (const { formId, workspaceId } of rows) {
      after = formId;
      started += 1;
      // One workspace with too many jobs must not keep the others' answers longer than promised.
      await startJob(asSystem(ctx, workspaceId), RETAIN, { form_id: formId }, { requestHash: formId, priority: -5 }).catch(
        (error: unknown) => ctx.log.error("retention not started", { form_id: formId, ...describeError(error) }),
      );
    }
    if (rows.length < 100) break;
  }
  return started;
}

const RetainInput = z.object({ form_id: z.string() });

export const RETAIN: JobKind<z.infer<typeof RetainInput>, { erased: number }> = {
  kind: "retention",
  queue: "work",
  input: RetainInput,
  maxAttempts: 10,
  resumes: true,
  async run(ctx, { form_id: formId }, control) {
    const retention = (await load(ctx, formId)) ?? FOR_EVER;
    let erased = control.saved === null ? 0 : z.number().parse(control.saved);
    for (const rule of rulesOf(retention, ctx.now())) {
      let cursor: string | undefined;
      do {
        const page = await listResponses(ctx, { formId, limit: PAGE, sort: "submitted_at", ...rule.among, cursor });
        for (const response of page.items) {
          if (response.erasedAt !== null || !rule.isOld(response)) continue;
          await eraseResponse(ctx, formId, response.id);
          erased += 1;
          await control.progress(0.5, erased);
        }
        await control.checkpoint(erased);
        if (control.isTimeUp()) return { kind: "more" };
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
    }
    return { kind: "done", result: { erased } };
  },
};

interface Rule {
  among: Pick<ListInput, "status" | "createdBefore">;
  isOld(response: ResponseRow): boolean;
}

function rulesOf({ answersDays, partialDays, deletedDays }: Retention, now: number): Rule[] {
  const submittedBefore = (days: number) => ({ createdBefore: now - days * DAY_MS });
  const always = () => true;
  const rules: Rule[] = [];
  if (answersDays !== null) {
    rules.push({ among: submittedBefore(answersDays), isOld: always });
    rules.push({ among: { status: "deleted", ...submittedBefore(answersDays) }, isOld: always });
  }
  if (partialDays !== null) rules.push({ among: { status: "partial", ...submittedBefore(partialDays) }, isOld: always });
  if (deletedDays !== null) {
    const isOld = ({ deletedAt }: ResponseRow) => deletedAt !== null && deletedAt < now - deletedDays * DAY_MS;
    rules.push({ among: { status: "deleted", ...submittedBefore(deletedDays) }, isOld });
  }
  return rules;
}
