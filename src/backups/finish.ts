// The last step of a back-up: its manifest, made of what lies in the folder.
import { eq } from "drizzle-orm";
import type { CarriedEnd } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";
import { ENTRIES, FORMAT, listParts, type Manifest, ROWS, readPart, UPLOADS, writeManifest } from "./archive";
import type { Progress } from "./progress";

const { workspaces } = tables;

export interface BackupResult {
  forms: number;
  responses: number;
  files: number;
  bytes: number;
}

export async function finish(ctx: WorkspaceContext, folder: string, backupId: string, at: Progress): Promise<BackupResult> {
  const parts = await listParts(ctx.env.FILES, folder, [ROWS, ENTRIES, UPLOADS]);
  const [workspace] = await ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, ctx.workspaceId));
  const manifest: Manifest = {
    format: FORMAT,
    backup_id: backupId,
    workspace: { id: ctx.workspaceId, name: workspace?.name ?? "" },
    created_at: new Date(ctx.now()).toISOString(),
    responses: at.responses,
    forms: [],
    tables: {},
    parts,
  };
  const uploads = new Map<string, { rows: number; bytes: number }>();
  for (const part of parts) {
    if (part.name.startsWith(ROWS)) {
      const name = part.name.slice(`${ROWS}00-`.length, -"-000000.jsonl.gz".length);
      manifest.tables[name] = (manifest.tables[name] ?? 0) + part.lines;
    } else if (part.name.startsWith(UPLOADS)) {
      const form = part.name.split("/")[1] ?? "";
      const { rows, bytes } = uploads.get(form) ?? { rows: 0, bytes: 0 };
      uploads.set(form, { rows: rows + part.lines, bytes: bytes + (part.file_bytes ?? 0) });
    } else if (part.name.startsWith(ENTRIES) && part.name.endsWith("/end.jsonl.gz")) {
      const [line] = (await readPart(ctx.env.FILES, folder, part)) as [{ form: string; end: CarriedEnd }];
      const ledger = { settled: line.end.settled, hash: line.end.hash };
      const known = manifest.forms.find(({ id }) => id === line.form);
      if (known === undefined) manifest.forms.push({ id: line.form, ledgers: [ledger] });
      else known.ledgers.push(ledger);
    }
  }
  for (const form of manifest.forms) form.uploads = uploads.get(form.id) ?? { rows: 0, bytes: 0 };
  await writeManifest(ctx.env.FILES, folder, manifest);
  const bytes = parts.reduce((sum, part) => sum + part.bytes + (part.file_bytes ?? 0), 0);
  return { forms: manifest.forms.length, responses: at.responses, files: at.files, bytes };
}
