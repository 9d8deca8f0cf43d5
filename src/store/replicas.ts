// Reading the control plane near the reader. D1 answers from a replica only within a session; a session that starts at a bookmark
// never shows anything older than it. Who asks, and for what, is for the routes: authentication and whatever fills a cache must not.
import type { Database, ServiceContext } from "../shared/context";
import { histogram } from "../shared/metrics";
import { openDatabase } from "./index";

export interface ReplicaReads {
  db: Database;
  /** Where these reads stood; null before the first. */
  bookmark(): string | null;
}

export function readsFrom(env: Pick<Env, "DB">, bookmark: string): ReplicaReads {
  const session = env.DB.withSession(bookmark);
  return { db: openDatabase(session), bookmark: () => session.getBookmark() };
}

/** A bookmark of now: whatever was written before this call, by whichever way, is not after it. */
export async function bookmarkOfNow(env: Pick<Env, "DB">): Promise<string | null> {
  const session = env.DB.withSession("first-primary");
  await session.prepare("SELECT 1").run();
  return session.getBookmark();
}

const wait = histogram("headwater_d1_session_wait_seconds", "How long a D1 session took to show what the primary had just written.", [
  "served_by",
]);

/** Asks where we are for what the primary has now: the answer comes when the replica that gives it has caught up. */
export async function observeReplicas(ctx: ServiceContext): Promise<void> {
  const bookmark = await bookmarkOfNow(ctx.env);
  if (bookmark === null) return;
  const startedAt = ctx.now();
  const { meta } = await ctx.env.DB.withSession(bookmark).prepare("SELECT 1").run();
  wait.observe((ctx.now() - startedAt) / 1_000, meta.served_by_primary === false ? "replica" : "primary");
}
