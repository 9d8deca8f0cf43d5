// Many responses at once, written into the store of a server that is stopped: what a bench or a crash test reads, not what it measures.
import { DatabaseSync } from "node:sqlite";
import { storeFile } from "./torture/store-files.ts";

/**
 * `data` is SQL over `i`, from 1 on. The rows count as accepted before the form's first entry, so that every position has them;
 * the form must have one.
 */
export function fillForm(stores: string, formId: string, rows: number, data: string): void {
  const store = new DatabaseSync(storeFile(stores));
  try {
    store
      .prepare(
        `INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at, updated_at,
           duration_ms, data_hash, meta, data)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         SELECT 'rsp_' || substr(f.id, 5) || '_' || i, f.workspace_id, f.id, 0, -i, 1, 1, 1, 'complete', 1767225600000 + i * 1000,
           1767225600000 + i * 1000, 60000, '', jsonb('{}'), jsonb(${data})
         FROM n, forms f WHERE f.id = ?`,
      )
      .run(rows, formId);
  } finally {
    store.close();
  }
}

/** What lies in the bucket: whole files by their keys, and uploads that nobody has completed. */
export function bucketContents(file: string): { keys: string[]; uploads: number } {
  const bucket = new DatabaseSync(file, { readOnly: true });
  try {
    const keys = bucket.prepare("SELECT key FROM _mf_objects ORDER BY key").all() as { key: string }[];
    const [{ n } = { n: 0 }] = bucket.prepare("SELECT count(*) AS n FROM _mf_multipart_uploads WHERE state = 0").all() as { n: number }[];
    return { keys: keys.map(({ key }) => key), uploads: n };
  } finally {
    bucket.close();
  }
}
