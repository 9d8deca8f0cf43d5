import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { KEPT_MS } from "./rules";

const AT_ONCE = 5_000;

/** For the nightly cron; bounded, so that one run never holds the database long. */
export async function forgetOldJobs(ctx: ServiceContext): Promise<void> {
  await ctx.db.run(sql`
    DELETE FROM jobs WHERE id IN (
      SELECT id FROM jobs WHERE finished_at IS NOT NULL AND finished_at < ${ctx.now() - KEPT_MS} AND follow_up_at IS NULL LIMIT ${AT_ONCE})`);
}
