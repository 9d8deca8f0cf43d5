// What a form looked like at an earlier entry, as a table in place of `responses`.

/**
 * In place of the table: each response as the newest entry within the marks left it. The answers are those of the newest entry
 * that wrote any; while nobody has overwritten them they lie in `responses` itself.
 */
export function stateSource(parameter: string): string {
  return `(SELECT r.row, r.id, r.workspace_id, r.form_id, r.shard, r.seq, e.seq AS last_seq, e.form_version, e.status, e.submitted_at,
    r.started_at, CASE e.status WHEN 'complete' THEN r.duration_ms END AS duration_ms, e.at AS updated_at,
    CASE WHEN e.kind IN ('delete', 'erase') THEN e.at END AS deleted_at, CASE e.kind WHEN 'erase' THEN e.at END AS erased_at,
    e.data_hash, r.meta, coalesce(d.data, CASE WHEN r.data_seq = d.seq THEN r.data END, jsonb('{}')) AS data
  FROM json_each(${parameter}) m
    JOIN response_entries e ON e.form_id = ?1 AND e.shard = m.value ->> 0 AND e.seq <= m.value ->> 1
    JOIN responses r ON r.id = e.response_id
    LEFT JOIN response_entries d ON d.form_id = ?1 AND d.shard = e.shard AND d.seq = (SELECT max(w.seq) FROM response_entries w
      WHERE w.form_id = ?1 AND w.response_id = e.response_id AND w.seq <= e.seq AND w.kind IN ('accept', 'update'))
  WHERE e.seq = (SELECT max(n.seq) FROM response_entries n
    WHERE n.form_id = ?1 AND n.response_id = e.response_id AND n.seq <= m.value ->> 1)) AS state`;
}
