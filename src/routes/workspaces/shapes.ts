import { z } from "@hono/zod-openapi";
import type { MyWorkspace } from "../../accounts";
import { ROLES } from "../../shared/context";
import { plainText } from "../../shared/text";
import { isoTime } from "../wire";

export const WorkspaceName = plainText(100).min(1).openapi({ example: "Riverside Coffee" });

export const WorkspaceView = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Workspace");

export function toWorkspaceView({ id, name, role, createdAt, updatedAt }: MyWorkspace) {
  return { id, name, role, created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) };
}
