import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";

const { schedules } = tables;

export type Schedule = typeof schedules.$inferSelect;

export async function getSchedule(ctx: ServiceContext, id: string): Promise<Schedule> {
  assertCan(ctx, "read");
  return loadSchedule(ctx, id);
}

export async function listSchedules(
  ctx: ServiceContext,
  input: { formId?: string; limit: number; cursor?: string },
): Promise<Page<Schedule>> {
  assertCan(ctx, "read");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(schedules)
    .where(
      and(
        eq(schedules.workspaceId, ctx.workspaceId),
        input.formId === undefined ? undefined : eq(schedules.formId, input.formId),
        before === undefined ? undefined : lt(schedules.id, String(before)),
      ),
    )
    .orderBy(desc(schedules.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export async function loadSchedule(ctx: WorkspaceContext, id: string): Promise<Schedule> {
  const row = await findSchedule(ctx, id);
  if (row === null) throw new NotFoundError("The schedule");
  return row;
}

export async function findSchedule(ctx: WorkspaceContext, id: string): Promise<Schedule | null> {
  const row = await ctx.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.workspaceId, ctx.workspaceId), eq(schedules.id, id)))
    .get();
  return row ?? null;
}
