import type { CountedValue, CountStore, Origin } from "../counts";
import { openPostgres } from "./connection";

export const DAILY_TOTALS = `SELECT greatest(r.day, $2) AS day, sum(r.count)::bigint AS count
  FROM jsonb_array_elements_text($1::text::jsonb) f(id) JOIN response_rollups r
  ON r.form_id = f.id AND r.field = '' AND r.value = '' GROUP BY 1 ORDER BY 1`;

export const SUMS = `SELECT r.field, r.value, sum(r.count)::bigint AS count
  FROM jsonb_array_elements_text($2::text::jsonb) f(name) JOIN response_rollups r
  ON r.form_id = $1 AND r.field = f.name AND r.day >= $3 AND r.day <= $4 GROUP BY 1, 2`;

export const ANSWERED = `SELECT r.field, sum(r.count)::bigint AS count
  FROM jsonb_array_elements_text($2::text::jsonb) f(name) JOIN response_rollups r
  ON r.form_id = $1 AND r.field = f.name AND r.day >= $3 AND r.day <= $4 AND r.value = '' GROUP BY 1`;

export const ORIGINS = `SELECT (s.n - 1)::integer AS span, r.form_version AS version, r.meta ->> 'country' AS country,
    r.meta ->> 'device' AS device, r.meta ->> 'referrer' AS referrer, count(*) AS count
  FROM jsonb_array_elements($3::text::jsonb) WITH ORDINALITY s(span, n) JOIN responses r
    ON r.form_id = $2 AND r.workspace_id = $1 AND r.status = 'complete' AND r.deleted_at IS NULL
    AND r.submitted_at >= (s.span ->> 0)::bigint AND r.submitted_at < (s.span ->> 1)::bigint
  GROUP BY 1, 2, 3, 4, 5 ORDER BY count DESC LIMIT $4`;

export function openPostgresCounts(connectionString: string): CountStore {
  const db = openPostgres(connectionString);
  return {
    dailyTotals: async (formIds, firstDay) => {
      const values = [JSON.stringify(formIds), firstDay];
      const rows = await db.read<{ day: string; count: number }>("Counts by day", { sql: DAILY_TOTALS, values });
      return rows.map(({ day, count }) => [day, count]);
    },
    sums: (formId, fields, firstDay, lastDay) =>
      db.read<CountedValue & Record<string, unknown>>("Sums of roll-ups", {
        sql: SUMS,
        values: [formId, JSON.stringify(fields), firstDay, lastDay],
      }),
    answered: async (formId, fields, firstDay, lastDay) => {
      const values = [formId, JSON.stringify(fields), firstDay, lastDay];
      const rows = await db.read<{ field: string; count: number }>("Fields answered", { sql: ANSWERED, values });
      return rows.map(({ field, count }) => [field, count]);
    },
    origins: (workspaceId, formId, spans, limit) =>
      db.read<Origin & Record<string, unknown>>("Where responses came from", {
        sql: ORIGINS,
        values: [workspaceId, formId, JSON.stringify(spans), limit],
      }),
  };
}
