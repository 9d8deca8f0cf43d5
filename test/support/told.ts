import type { OutboxRow } from "../../src/store";

/** A settled range as a follower is told of it, with everything in it that may be. */
export function told(range: Pick<OutboxRow, "formId" | "workspaceId" | "toSeq"> & Partial<OutboxRow>): OutboxRow {
  const rest = { shard: 0, fromSeq: 1, correlationId: null, createdAt: 0, attempts: 1 };
  return { ...rest, erases: true, mayHave: { files: true, webhooks: true, plugins: true }, audit: [], ...range };
}
