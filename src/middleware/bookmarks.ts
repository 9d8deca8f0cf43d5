// A caller who sends the bookmark of its last reply may be answered by a database nearby, and still sees all that it has seen or
// written before. Without one everything comes from the primary, so nobody has to know about any of this.
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { bookmarkOfNow, readsFrom } from "../store/replicas";
import type { AppEnv } from "./app-types";

export const BOOKMARK_HEADER = "X-Headwater-Bookmark";
/** Sent by who has none yet. */
const NONE_YET = "none";
const WELL_FORMED = /^[0-9a-zA-Z-]{1,128}$/;

/** For reads that may be behind those of others. The actor is known by now: who may read is always asked of the primary. */
export const readNearby = createMiddleware<AppEnv>(async function readsNearby(c, next) {
  const bookmark = bookmarkOf(c);
  if (bookmark === null) return next();
  const reads = readsFrom(c.env, bookmark === NONE_YET ? "first-primary" : bookmark);
  c.set("ctx", { ...c.get("ctx"), db: reads.db });
  await next();
  tell(c, reads.bookmark());
});

/** After a write, for who asks: a trip to the primary, and the only way that covers every statement of it, however it was sent. */
export const bookmarkWrite = createMiddleware<AppEnv>(async function bookmarksWrite(c, next) {
  await next();
  if (bookmarkOf(c) !== null && c.res.ok) tell(c, await bookmarkOfNow(c.env).catch(() => null));
});

function bookmarkOf(c: Context<AppEnv>): string | null {
  const sent = c.req.header(BOOKMARK_HEADER);
  return sent !== undefined && WELL_FORMED.test(sent) ? sent : null;
}

function tell(c: Context<AppEnv>, bookmark: string | null): void {
  if (bookmark !== null) c.res.headers.set(BOOKMARK_HEADER, bookmark);
}
