// The weekly training of every active form and every workspace. It is opened once a week; the minute sweep then lists the subjects
// and trains them in slices until none is left. Rows in D1 are all it remembers, so it goes on wherever it was killed: a row is
// what is still to do, a claim on it lapses, and only the holder of the claim can add the version.
import { sql } from "drizzle-orm";
import { asSystem, type ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { describeError } from "../../shared/log";
import { counter } from "../../shared/metrics";
import { historyOf, isEnough, learn } from "./learn";
import { addClaimedVersion, dropOldVersions } from "./versions";

export interface TrainingLimits {
  /** Forms put on the list by one sweep. */
  listed: number;
  trained: number;
  claimedMs: number;
  /** One sweep begins nothing new after this; the next comes in a minute. */
  workMs: number;
}

export const TRAINING_LIMITS: TrainingLimits = { listed: 2_000, trained: 60, claimedMs: 120_000, workMs: 20_000 };
const LISTED_AT_ONCE = 500;
const CLAIMED_AT_ONCE = 5;
const MAX_ATTEMPTS = 3;
const KEPT_RUNS_MS = 60 * 86_400_000;

const trainings = counter("headwater_forecasts_trained_total", "Forecast models trained by the weekly run.", ["outcome"]);

/** Opened twice on one day it is still one run. */
export async function openTraining(ctx: ServiceContext): Promise<void> {
  const run = new Date(ctx.now()).toISOString().slice(0, 10);
  await ctx.db.batch([
    ctx.db.run(sql`INSERT INTO forecast_runs (run, opened_at) VALUES (${run}, ${ctx.now()}) ON CONFLICT DO NOTHING`),
    ctx.db.run(sql`DELETE FROM forecast_runs WHERE run < ${new Date(ctx.now() - KEPT_RUNS_MS).toISOString().slice(0, 10)}`),
  ]);
}

export interface Swept {
  listed: number;
  trained: number;
  left: boolean;
}

export async function continueTraining(ctx: ServiceContext, limits: TrainingLimits = TRAINING_LIMITS): Promise<Swept> {
  const listed = await listSubjects(ctx, limits);
  const until = Date.now() + limits.workMs;
  let trained = 0;
  while (trained < limits.trained && Date.now() < until) {
    const claimed = await claim(ctx, Math.min(CLAIMED_AT_ONCE, limits.trained - trained), limits.claimedMs);
    if (claimed.length === 0) return { listed, trained, left: false };
    for (const due of claimed) await trainOne(ctx, due);
    trained += claimed.length;
  }
  return { listed, trained, left: true };
}

/** Puts the published forms after the cursor on the list, and their workspaces, which turn up in many slices. */
async function listSubjects(ctx: ServiceContext, limits: TrainingLimits): Promise<number> {
  let listed = 0;
  while (listed < limits.listed) {
    const open = await ctx.db.get<{ run: string; cursor: string }>(
      sql`SELECT run, cursor FROM forecast_runs WHERE listed_at IS NULL ORDER BY opened_at LIMIT 1`,
    );
    if (open === undefined) return listed;
    const { run, cursor } = open;
    const rows = await ctx.db.all<{ id: string }>(
      sql`SELECT id FROM forms WHERE id > ${cursor} AND status = 'published' ORDER BY id LIMIT ${LISTED_AT_ONCE}`,
    );
    const last = rows.at(-1)?.id;
    // Both only while the cursor stands where it was read: a second sweep must not list again what is trained by now.
    const unmoved = sql`(SELECT cursor FROM forecast_runs WHERE run = ${run} AND listed_at IS NULL) = ${cursor}`;
    if (last === undefined) {
      await ctx.db.run(
        sql`UPDATE forecast_runs SET listed_at = ${ctx.now()} WHERE run = ${run} AND cursor = ${cursor} AND listed_at IS NULL`,
      );
      continue;
    }
    await ctx.db.batch([
      ctx.db.run(sql`INSERT INTO forecast_due (subject, workspace_id, run)
        SELECT id, workspace_id, ${run} FROM forms WHERE id > ${cursor} AND id <= ${last} AND status = 'published' AND ${unmoved}
        ON CONFLICT DO NOTHING`),
      ctx.db.run(sql`INSERT INTO forecast_due (subject, workspace_id, run)
        SELECT DISTINCT f.workspace_id, f.workspace_id, ${run} FROM forms f
        WHERE f.id > ${cursor} AND f.id <= ${last} AND f.status = 'published' AND ${unmoved}
          AND NOT EXISTS (SELECT 1 FROM forecast_models m WHERE m.subject = f.workspace_id AND m.run = ${run})
        ON CONFLICT DO NOTHING`),
      ctx.db.run(sql`UPDATE forecast_runs SET cursor = ${last} WHERE run = ${run} AND cursor = ${cursor} AND listed_at IS NULL`),
    ]);
    listed += rows.length;
  }
  return listed;
}

interface Due {
  subject: string;
  workspace_id: string;
  run: string;
  attempts: number;
  claim: string;
}

async function claim(ctx: ServiceContext, limit: number, claimedMs: number): Promise<Due[]> {
  const token = crypto.randomUUID();
  return ctx.db.all<Due>(sql`UPDATE forecast_due SET claim = ${token}, claimed_until = ${ctx.now() + claimedMs}, attempts = attempts + 1
    WHERE subject IN (SELECT subject FROM forecast_due WHERE claimed_until <= ${ctx.now()} ORDER BY claimed_until, subject LIMIT ${limit})
      AND claimed_until <= ${ctx.now()}
    RETURNING subject, workspace_id, run, attempts, claim`);
}

async function trainOne(ctx: ServiceContext, due: Due): Promise<void> {
  const own = asSystem(ctx, due.workspace_id);
  const { subject, run } = due;
  const done = ctx.db.run(sql`DELETE FROM forecast_due WHERE subject = ${subject} AND claim = ${due.claim}`);
  try {
    const history = await historyOf(own, subject);
    if (!isEnough(history)) {
      await done;
      return trainings.add(1, "nothing_to_learn");
    }
    const model = learn(history, ctx.now());
    await ctx.db.batch([addClaimedVersion(own, subject, model, run, due.claim), dropOldVersions(own, subject), done]);
    trainings.add(1, "trained");
  } catch (error) {
    trainings.add(1, "failed");
    ctx.log.warn("forecast not trained", { subject, attempts: due.attempts, ...describeError(error) });
    if (error instanceof NotFoundError || due.attempts >= MAX_ATTEMPTS) await done;
  }
}
