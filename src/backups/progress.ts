// How far the writing of a back-up has come: what its next run goes on from, and what people are told.
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";
import { FORMAT, removeAll } from "./archive";

const { forms, uploadUsage } = tables;

/** Then another run goes on: calls of one invocation are counted, and a file takes three. */
export const FILES_PER_RUN = 250;

export const Progress = z.object({
  format: z.literal(FORMAT),
  table: z.number().int(),
  after: z.array(z.union([z.string(), z.number()])),
  part: z.number().int(),
  form: z
    .object({
      id: z.string(),
      ledgers: z.number().int(),
      shard: z.number().int(),
      seq: z.number().int(),
      steady: z.number().int(),
      /** Once its chains are written. */
      files: z.object({ done: z.string(), at: z.number().int() }).nullable(),
    })
    .nullable(),
  lastForm: z.string(),
  responses: z.number().int(),
  formsDone: z.number().int(),
  files: z.number().int(),
  fileBytes: z.number().int(),
  /** Files looked at, those that an edit names again included. */
  looked: z.number().int(),
});
export type Progress = z.infer<typeof Progress>;

const START: Progress = {
  format: FORMAT,
  table: 0,
  after: [],
  part: 0,
  form: null,
  lastForm: "",
  responses: 0,
  formsDone: 0,
  files: 0,
  fileBytes: 0,
  looked: 0,
};

/** What an older version began has no files of the forms that it had done, so it is begun again. */
export async function begin(ctx: WorkspaceContext, folder: string, saved: unknown): Promise<Progress> {
  if (saved === null) return START;
  const at = Progress.safeParse(saved);
  if (at.success) return at.data;
  await removeAll(ctx.env.FILES, folder);
  return START;
}

export interface Total {
  forms: number;
  bytes: number;
}

export async function totalOf(ctx: WorkspaceContext): Promise<Total> {
  const [usage] = await ctx.db.select({ bytes: uploadUsage.bytes }).from(uploadUsage).where(eq(uploadUsage.workspaceId, ctx.workspaceId));
  return { forms: await ctx.db.$count(forms, eq(forms.workspaceId, ctx.workspaceId)), bytes: usage?.bytes ?? 0 };
}

/** Forms and the bytes of files each are half of the way, where there are both. */
export function shareOf({ formsDone, fileBytes }: Progress, total: Total): number {
  const ofForms = total.forms === 0 ? 1 : formsDone / total.forms;
  return Math.min(0.99, total.bytes === 0 ? ofForms : (ofForms + Math.min(1, fileBytes / total.bytes)) / 2);
}
