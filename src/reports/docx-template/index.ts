// Exports to docx by way of a workspace's own template: for src/reports/formats/docx.ts.
import type { WorkspaceContext } from "../../shared/context";
import { InvalidError } from "../../shared/errors";
import type { ExportSource } from "../formats/format";
import { fillingOf } from "./data";
import { fillTemplate, TemplateFillError } from "./fill";
import { openTemplate } from "./open";
import { bytesOf, chosenDocument } from "./upload";

/** Null when the export names no template and the workspace has no default: then the layout is ours. */
export async function documentFromTemplate(source: ExportSource): Promise<Uint8Array | null> {
  const row = await chosenDocument(source.ctx, source.meta.options);
  if (row === null) return null;
  const zip = openTemplate(await bytesOf(source.ctx, row));
  try {
    return fillTemplate(zip, await fillingOf(source));
  } catch (error) {
    if (!(error instanceof TemplateFillError)) throw error;
    const issues = error.problems.map(({ tag, message, code }) => ({ path: tag, message, code }));
    throw new InvalidError(`The Word template cannot be filled in. ${error.message}`, issues);
  }
}

/** For the export's fingerprint: a new document makes a new file. */
export async function templateFingerprint(ctx: WorkspaceContext, options: ExportSource["meta"]["options"]): Promise<string> {
  return (await chosenDocument(ctx, options))?.fileKey ?? "";
}
