// The trained models of a form or a workspace: each training adds a version, the oldest are let go.
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { WorkspaceContext } from "../../shared/context";
import { tables } from "../../store";
import { MODEL_KINDS } from "./models";
import type { Trained } from "./train";

const { forecastModels } = tables;
const KEPT_VERSIONS = 26;

const Width = z.object({ below: z.number(), above: z.number() });
const Measured = z.object({
  /** Models from before there was such a thing have none. */
  beside: z.enum(MODEL_KINDS).nullable().default(null),
  days: z.number(),
  r2: z.number().nullable(),
  mae: z.number(),
  rmse: z.number(),
  backtestError: z.number().nullable(),
  daily: Width,
  weekly: Width,
});

export interface ModelVersion extends Trained {
  version: number;
  timezone: string;
  fromDate: string;
  toDate: string;
  trainedAt: number;
}

export type NewModel = Omit<ModelVersion, "version">;

export async function latestModel(ctx: WorkspaceContext, subject: string): Promise<ModelVersion | null> {
  const [row] = await listModels(ctx, subject, 1);
  return row ?? null;
}

/** Newest first. */
export async function listModels(ctx: WorkspaceContext, subject: string, limit = KEPT_VERSIONS): Promise<ModelVersion[]> {
  const rows = await ctx.db
    .select()
    .from(forecastModels)
    .where(and(eq(forecastModels.subject, subject), eq(forecastModels.workspaceId, ctx.workspaceId)))
    .orderBy(desc(forecastModels.version))
    .limit(limit);
  return rows.flatMap(({ kind, measured, version, timezone, fromDate, toDate, trainedAt }) => {
    const parsed = Measured.safeParse(measured);
    return parsed.success ? [{ ...parsed.data, kind: kind as Trained["kind"], version, timezone, fromDate, toDate, trainedAt }] : [];
  });
}

/** As the version after `seen`; nothing happens when somebody else was faster. */
export function addVersionAfter(ctx: WorkspaceContext, subject: string, model: NewModel, seen: number) {
  return ctx.db.run(sql`${insertInto(ctx, subject, model, null)}
    WHERE (SELECT coalesce(max(version), 0) FROM forecast_models WHERE subject = ${subject}) = ${seen}`);
}

/** Of a weekly training, by whoever still holds the claim. */
export function addClaimedVersion(ctx: WorkspaceContext, subject: string, model: NewModel, run: string, claim: string) {
  return ctx.db.run(sql`${insertInto(ctx, subject, model, run)}
    WHERE EXISTS (SELECT 1 FROM forecast_due WHERE subject = ${subject} AND claim = ${claim})`);
}

function insertInto(ctx: WorkspaceContext, subject: string, model: NewModel, run: string | null) {
  const { kind, timezone, fromDate, toDate, trainedAt, ...measured } = model;
  return sql`INSERT INTO forecast_models (workspace_id, subject, version, kind, timezone, from_date, to_date, measured, run, trained_at)
    SELECT ${ctx.workspaceId}, ${subject}, (SELECT coalesce(max(version), 0) + 1 FROM forecast_models WHERE subject = ${subject}),
      ${kind}, ${timezone}, ${fromDate}, ${toDate}, ${JSON.stringify(measured)}, ${run}, ${trainedAt}`;
}

export function dropOldVersions(ctx: WorkspaceContext, subject: string) {
  return ctx.db.run(sql`DELETE FROM forecast_models WHERE subject = ${subject} AND version <=
    (SELECT max(version) FROM forecast_models WHERE subject = ${subject}) - ${KEPT_VERSIONS}`);
}
