import type { CountedValue, CountStore, Origin } from "../counts";

export const DAILY_TOTALS = `SELECT max(r.day, ?2) AS day, sum(r.count) AS count FROM json_each(?1) f CROSS JOIN response_rollups r
  ON r.form_id = f.value AND r.field = '' AND r.value = '' GROUP BY 1 ORDER BY 1`;

export const SUMS = `SELECT r.field, r.value, sum(r.count) AS count FROM json_each(?2) f CROSS JOIN response_rollups r
  ON r.form_id = ?1 AND r.field = f.value AND r.day >= ?3 AND r.day <= ?4 GROUP BY 1, 2`;

export const ANSWERED = `SELECT r.field, sum(r.count) AS count FROM json_each(?2) f CROSS JOIN response_rollups r
  ON r.form_id = ?1 AND r.field = f.value AND r.day >= ?3 AND r.day <= ?4 AND r.value = '' GROUP BY 1`;

export const ORIGINS = `SELECT s.key AS span, r.form_version AS version, r.meta ->> '$.country' AS country, r.meta ->> '$.device' AS device,
    r.meta ->> '$.referrer' AS referrer, count(*) AS count
  FROM json_each(?3) s CROSS JOIN responses r ON r.form_id = ?2 AND r.workspace_id = ?1 AND r.status = 'complete' AND r.deleted_at IS NULL
    AND r.submitted_at >= s.value ->> 0 AND r.submitted_at < s.value ->> 1
  GROUP BY 1, 2, 3, 4, 5 ORDER BY count DESC LIMIT ?4`;

export function openD1Counts(db: D1Database): CountStore {
  return {
    dailyTotals: async (formIds, firstDay) => {
      const { results } = await db.prepare(DAILY_TOTALS).bind(JSON.stringify(formIds), firstDay).all<{ day: string; count: number }>();
      return results.map(({ day, count }) => [day, count]);
    },
    sums: async (formId, fields, firstDay, lastDay) =>
      (await db.prepare(SUMS).bind(formId, JSON.stringify(fields), firstDay, lastDay).all<CountedValue>()).results,
    answered: async (formId, fields, firstDay, lastDay) => {
      const { results } = await db
        .prepare(ANSWERED)
        .bind(formId, JSON.stringify(fields), firstDay, lastDay)
        .all<{ field: string; count: number }>();
      return results.map(({ field, count }) => [field, count]);
    },
    origins: async (workspaceId, formId, spans, limit) =>
      (await db.prepare(ORIGINS).bind(workspaceId, formId, JSON.stringify(spans), limit).all<Origin>()).results,
  };
}
