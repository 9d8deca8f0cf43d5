import { z } from "@hono/zod-openapi";
import { type Backup, deleteBackup, downloadBackup, getBackup, listBackups, restoreBackup, startBackup } from "../../backups";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

// For admins who are people: a back-up is everything a workspace knows, in one file.
const common = { access: "manage" as const, tags: ["Back-ups"] };

const BackupView = z
  .object({
    id: z.string(),
    status: z.enum(["running", "done"]).openapi({ description: "Its job says how far it is, or why it failed." }),
    job_id: z.string(),
    forms: z.number().int().nullable(),
    responses: z.number().int().nullable(),
    files: z.number().int().nullable().openapi({ description: "Of responses; null also where it was made before they were carried." }),
    size: z.number().int().nullable().openapi({ description: "In bytes, as it lies in the bucket." }),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi("Backup");

const startRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v2/backups",
  summary: "Back up the workspace",
  description:
    "Forms with all their versions, every entry of every ledger, the files of responses, webhooks, schedules and plugins. People, keys and files made from answers stay out.",
  responses: { 202: json(BackupView, "It is being made") },
});
const listRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/backups",
  summary: "List back-ups, newest first",
  request: { query: ListQuery },
  responses: { 200: json(listOf("backups", BackupView), "A page of back-ups") },
});
const getRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/backups/{id}",
  summary: "One back-up",
  request: { params: IdParam },
  responses: { 200: json(BackupView, "The back-up") },
});
const downloadRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v2/backups/{id}/download",
  summary: "A back-up as one zip file",
  request: { params: IdParam },
  responses: {
    200: { description: "The file", content: { "application/zip": { schema: { type: "string", format: "binary" } } } },
    409: { description: "It is still being made" },
  },
});
const deleteRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v2/backups/{id}",
  summary: "Delete a back-up, or stop making it",
  request: { params: IdParam },
  responses: { 204: { description: "Deleted" } },
});
const restoreRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v2/backups/{id}/restore",
  summary: "Restore a back-up into this workspace, which must be empty",
  description:
    "The back-up may be of any workspace that you are an admin of. Where its forms still stand, the restored ones get new ids and, if need be, new slugs. When the job is done, every file was checked against its hash, and every form was counted again and compared.",
  request: { params: IdParam },
  responses: {
    202: json(z.object({ job_id: z.string() }), "It is being restored"),
    409: { description: "The workspace is not empty, or the back-up is still being made" },
  },
});

export const backups = newApp()
  .openapi(startRoute, async (c) => c.json(toView(await startBackup(c.get("ctx"))), 202))
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listBackups(c.get("ctx"), c.req.valid("query"));
    return c.json({ backups: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => c.json(toView(await getBackup(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(downloadRoute, async (c) => {
    const { name, body } = await downloadBackup(c.get("ctx"), c.req.valid("param").id);
    return c.body(body, 200, {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    });
  })
  .openapi(deleteRoute, async (c) => {
    await deleteBackup(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(restoreRoute, async (c) => {
    const { jobId } = await restoreBackup(c.get("ctx"), c.req.valid("param").id);
    return c.json({ job_id: jobId }, 202);
  });

function toView(backup: Backup): z.infer<typeof BackupView> {
  return {
    id: backup.id,
    status: backup.finishedAt === null ? "running" : "done",
    job_id: backup.jobId,
    forms: backup.forms,
    responses: backup.responses,
    files: backup.files,
    size: backup.bytes,
    created_at: isoTime(backup.createdAt),
    finished_at: isoTime(backup.finishedAt),
  };
}
