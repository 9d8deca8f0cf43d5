// What a restore has to do, in which order, and where it is.
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { JobFailedError } from "../jobs";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";
import { ENTRIES, type Manifest, type Part, ROWS, UPLOADS } from "./archive";
import { keepIds, renameIds } from "./identity";
import { CARRIED, nameOf } from "./tables";

const { forms } = tables;

export const RestoreProgress = z.object({
  /** Whether the forms of the back-up still stand, so that these must be others. */
  renamed: z.boolean(),
  step: z.number().int(),
  responses: z.number().int(),
  drift: z.number().int(),
  files: z.number().int().default(0),
  file_bytes: z.number().int().default(0),
  /** Files copied or compared. */
  looked: z.number().int().default(0),
});
export type RestoreProgress = z.infer<typeof RestoreProgress>;

export interface Source {
  workspaceId: string;
  backupId: string;
  restoreId: string;
}

export type Step =
  | { rows: Part }
  | { files: Part }
  | { entries: Part; form: string; shard: number; hasFiles: boolean }
  | { compare: Part }
  | { check: Manifest["forms"][number] }
  | { open: Part };

export async function begin(ctx: WorkspaceContext, manifest: Manifest, { restoreId }: Source): Promise<RestoreProgress> {
  refuseIncomplete(manifest);
  const ids = manifest.forms.map(({ id }) => id);
  const start = { step: 0, responses: 0, drift: 0, files: 0, file_bytes: 0, looked: 0 };
  const here = await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId));
  if (here === 0) return { ...start, renamed: (await standing(ctx, ids, sql`true`)) > 0 };
  // Tried again from its start, after it had failed for good: what it brought is this very restore's, and every step can be done twice.
  for (const renamed of [true, false]) {
    const rename = renamed ? renameIds(restoreId) : keepIds;
    if ((await standing(ctx, ids.map(rename), eq(forms.workspaceId, ctx.workspaceId))) === here) return { ...start, renamed };
  }
  throw new JobFailedError("The workspace has forms already; a back-up is restored into an empty one.");
}

async function standing(ctx: WorkspaceContext, ids: readonly string[], where: SQL): Promise<number> {
  let found = 0;
  for (let i = 0; i < ids.length; i += 50) found += await ctx.db.$count(forms, and(inArray(forms.id, ids.slice(i, i + 50)), where));
  return found;
}

/** A list of files that was left out of the manifest would be missed by nobody else. */
function refuseIncomplete({ forms: restored, parts }: Manifest): void {
  const of = (form: string) => parts.filter(({ name }) => name.startsWith(`${UPLOADS}${form}/`));
  const short = restored.some(({ id, uploads }) => of(id).reduce((sum, { lines }) => sum + lines, 0) !== (uploads?.rows ?? 0));
  if (short) throw new JobFailedError("The manifest of the back-up does not name all of its files.");
}

/**
 * Tables first; then files, so that answers can name them and an erasure finds them; then chains, then files compared and each form counted
 * and compared; what acts on forms, and their doors, last.
 */
export function stepsOf({ parts, forms: restored }: Manifest): Step[] {
  const tableOf = (part: Part) =>
    CARRIED.find((carried) => part.name.startsWith(ROWS) && part.name.slice(10).startsWith(`${nameOf(carried)}-`));
  const rows = (when: "before" | "after") => parts.filter((part) => tableOf(part)?.when === when).map((part): Step => ({ rows: part }));
  const uploads = parts.filter(({ name }) => name.startsWith(UPLOADS));
  const withFiles = new Set(uploads.map(({ name }) => name.split("/")[1]));
  const entries = parts.flatMap((part): Step[] => {
    const [kind, form, shard] = part.name.split("/");
    const isEntries = `${kind}/` === ENTRIES && form !== undefined;
    return isEntries ? [{ entries: part, form, shard: Number(shard), hasFiles: withFiles.has(form) }] : [];
  });
  const opened = parts.filter((part) => part.name.startsWith(`${ROWS}00-forms-`)).map((part): Step => ({ open: part }));
  return [
    ...rows("before"),
    ...uploads.map((part): Step => ({ files: part })),
    ...entries,
    ...uploads.map((part): Step => ({ compare: part })),
    ...restored.map((form): Step => ({ check: form })),
    ...rows("after"),
    ...opened,
  ];
}
