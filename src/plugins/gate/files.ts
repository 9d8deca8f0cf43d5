// Files that a plugin keeps, each under its own prefix of the bucket.
import { z } from "zod";
import type { WorkspaceContext } from "../../shared/context";
import { withTimeLimit } from "../../shared/time-limit";
import { MAX_FILE_BYTES, MAX_FILES_PER_DAY } from "../limits";
import type { Grant, Usage } from "./index";
import { parseCall, RefusedCall } from "./refused";
import { takeOfDay } from "./usage";

const PART = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]{1,100}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]{1,100}){0,7}$/;
const TYPES = ["text/plain", "text/csv", "application/json", "text/html", "application/xml"] as const;
const STORE_MS = 5_000;

const Name = z.string().regex(PART, "Use letters, digits, `.`, `_` and `-`, with `/` between at most 8 parts.");
const Call = z.discriminatedUnion("do", [
  z.object({ do: z.literal("get"), name: Name }),
  z.object({
    do: z.literal("put"),
    name: Name,
    text: z.string(),
    type: z.enum(TYPES).default("text/plain"),
    /** Null: only if there is none yet. */
    if_match: z.string().max(200).nullable().optional(),
  }),
]);

function filePrefix(workspaceId: string, pluginId: string): string {
  return `plugins/${workspaceId}/${pluginId}/`;
}

export async function pluginFiles(ctx: WorkspaceContext, grant: Grant, _usage: Usage, argument: unknown): Promise<unknown> {
  if (!grant.permissions.includes("files")) throw new RefusedCall('This plugin was not granted the permission "files".');
  const call = parseCall(Call, argument);
  const key = filePrefix(ctx.workspaceId, grant.pluginId) + call.name;
  if (call.do === "get") {
    const object = await withTimeLimit("reading a plugin's file", STORE_MS, ctx.env.FILES.get(key));
    return object === null ? null : { text: await object.text(), etag: object.etag };
  }
  const bytes = new TextEncoder().encode(call.text);
  if (bytes.byteLength > MAX_FILE_BYTES) throw new RefusedCall(`A file may have at most ${MAX_FILE_BYTES} bytes.`);
  await takeOfDay(ctx, grant.pluginId, "files", MAX_FILES_PER_DAY);
  const onlyIf =
    call.if_match === undefined ? undefined : call.if_match === null ? { etagDoesNotMatch: "*" } : { etagMatches: call.if_match };
  const written = await withTimeLimit(
    "writing a plugin's file",
    STORE_MS,
    ctx.env.FILES.put(key, bytes, {
      httpMetadata: { contentType: `${call.type}; charset=utf-8` },
      ...(onlyIf === undefined ? {} : { onlyIf }),
    }),
  );
  return { written: written !== null, etag: written?.etag ?? null };
}
