// pure. Names and lives of files.
import type { ExportRequest } from "./request";

export const EXPORT_LIFE_MS = 24 * 60 * 60 * 1000;

/** `customer-feedback-2026-01-31-at-1234.csv`: the position stands in the name, so that two files can be told apart. */
export function fileName(title: string, position: string, madeAt: number, extension: string): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
  const at = position
    .split(",")
    .map((part) => part.replace(/^\d+:/, ""))
    .join("-");
  return `${words || "export"}-${new Date(madeAt).toISOString().slice(0, 10)}-at-${at.slice(0, 60)}.${extension}`;
}

/** Under the workspace, so that all that is one workspace's can be found; each attempt under its own name. */
export function fileKey(workspaceId: string, exportId: string, attempt: string, extension: string): string {
  return `exports/${workspaceId}/${exportId}/${attempt}.${extension}`;
}

export function titleOf(request: ExportRequest, formTitle: string): string {
  return request.options?.title?.trim() || formTitle;
}
