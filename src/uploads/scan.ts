// The port of a scanner: an address of the operator's that is sent the bytes and says whether they are clean. Without one nothing
// is scanned, and every upload says so (`scan: "none"`).
import { and, asc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { ServiceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { describeError } from "../shared/log";
import { tables } from "../store";
import type { Upload } from "./rows";

const { uploads } = tables;
/** While the uploader waits; and for the sweep, which nobody waits for. */
const FIRST_LIMIT_MS = 10_000;
const LIMIT_MS = 25_000;
const SWEPT_AT_ONCE = 20;
const AGAIN_AFTER_MS = 60_000;
const MAX_ATTEMPTS = 60;

const Verdict = z.object({ verdict: z.enum(["clean", "refused"]) });

/** The way to the scanner; tests put their own in its place. */
export type Scan = (url: string, init: RequestInit) => Promise<Response>;

/** Right after it is complete. A scanner that takes longer is asked again by the clock; until then the file is not handed out. */
export async function scanStarted(ctx: ServiceContext, row: Upload, ask: Scan = fetch): Promise<Upload> {
  if (row.scan !== "pending") return row;
  const scan = await scanUpload(ctx, row, FIRST_LIMIT_MS, ask);
  if (scan === "refused") {
    const message = "The file was refused by the virus scanner.";
    throw new InvalidError(message, [
      { path: row.field, message: "Please choose another file: this one was refused.", code: "file_refused" },
    ]);
  }
  return { ...row, scan };
}

/** The minute sweep. After an hour without a verdict a file stays pending until somebody looks at the scanner. */
export async function scanPending(ctx: ServiceContext, ask: Scan = fetch): Promise<number> {
  const waiting = await ctx.db
    .select()
    .from(uploads)
    .where(
      and(
        // Written out: with a bound value the partial index would not be found.
        sql`scan = 'pending'`,
        lt(uploads.completedAt, sql`${ctx.now()} - ${AGAIN_AFTER_MS} * min(${uploads.scanAttempts}, 10)`),
        lt(uploads.scanAttempts, MAX_ATTEMPTS),
      ),
    )
    .orderBy(asc(uploads.completedAt))
    .limit(SWEPT_AT_ONCE);
  await Promise.all(waiting.map((row) => scanUpload(ctx, row, LIMIT_MS, ask)));
  return waiting.length;
}

/** What is refused loses its bytes; its row says so for as long as it would have lived. */
async function scanUpload(ctx: ServiceContext, row: Upload, limitMs: number, ask: Scan): Promise<Upload["scan"]> {
  const url = ctx.env.UPLOAD_SCAN_URL;
  const verdict = url ? await verdictOf(ctx, row, { url, limitMs, ask }) : "none";
  if (verdict === "refused") await ctx.env.FILES.delete(row.fileKey);
  await ctx.db
    .update(uploads)
    .set({ scan: verdict, scanAttempts: sql`${uploads.scanAttempts} + 1` })
    .where(and(eq(uploads.id, row.id), eq(uploads.scan, "pending")));
  return verdict;
}

async function verdictOf(
  ctx: ServiceContext,
  row: Upload,
  { url, limitMs, ask }: { url: string; limitMs: number; ask: Scan },
): Promise<Upload["scan"]> {
  try {
    const object = await ctx.env.FILES.get(row.fileKey);
    if (object === null) return "refused";
    const headers = new Headers({ "Content-Type": row.type, "X-Upload-ID": row.id, "X-Upload-Size": String(row.size) });
    if (ctx.env.UPLOAD_SCAN_TOKEN) headers.set("Authorization", `Bearer ${ctx.env.UPLOAD_SCAN_TOKEN}`);
    const reply = await ask(url, {
      method: "POST",
      headers,
      body: object.body,
      signal: AbortSignal.timeout(limitMs),
      // The runtime knows no "error"; a redirect is then no verdict.
      redirect: "manual",
    });
    if (!reply.ok) throw new Error(`The scanner answered ${reply.status}`);
    return Verdict.parse(await reply.json()).verdict;
  } catch (error) {
    ctx.log.warn("upload not scanned; will be tried again", { upload_id: row.id, ...describeError(error) });
    return "pending";
  }
}
