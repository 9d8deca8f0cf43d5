import type { Mark, RollupRow } from "../primary";
import type { Postgres } from "./connection";
import { storable } from "./connection";

export const READ_ROLLUPS = `SELECT day, field, value, count, sum, min, max, loose = 1 AS loose FROM response_rollups WHERE form_id = $1`;

export function readRollups(db: Postgres, formId: string): Promise<RollupRow[]> {
  return db.read<RollupRow & Record<string, unknown>>("Roll-ups", { sql: READ_ROLLUPS, values: [formId] });
}

// Only while every ledger's mark stands where it was read; locked, so that a settle waits for this or this sees what it wrote.
const REPLACE_ROLLUPS = `WITH stood AS (SELECT m.shard, m.seq FROM ledger_marks m WHERE m.form_id = $1 FOR UPDATE),
  unmoved AS (SELECT count(*) = jsonb_array_length($2::text::jsonb) AS yes
    FROM stood s JOIN jsonb_array_elements($2::text::jsonb) e ON s.shard = (e ->> 0)::integer AND s.seq = (e ->> 1)::bigint),
  fresh AS (SELECT * FROM jsonb_to_recordset($3::text::jsonb) AS b(day text, field text, value text, count bigint, sum double precision,
    min double precision, max double precision, loose integer)),
  gone AS (DELETE FROM response_rollups r USING unmoved WHERE unmoved.yes AND r.form_id = $1
    AND NOT EXISTS (SELECT 1 FROM fresh b WHERE b.field = r.field AND b.day = r.day AND b.value = r.value)),
  put AS (INSERT INTO response_rollups (form_id, day, field, value, count, sum, min, max, loose)
    SELECT $1, b.day, b.field, b.value, b.count, b.sum, b.min, b.max, b.loose FROM fresh b, unmoved WHERE unmoved.yes
    ON CONFLICT (form_id, field, day, value) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,
      max = excluded.max, loose = excluded.loose)
  SELECT yes FROM unmoved`;

export async function replaceRollups(
  db: Postgres,
  formId: string,
  marks: readonly Pick<Mark, "shard" | "seq">[],
  rollups: readonly RollupRow[],
): Promise<boolean> {
  const stood = JSON.stringify(marks.map(({ shard, seq }) => [shard, seq]));
  const fresh = JSON.stringify(rollups.map((rollup) => ({ ...rollup, value: storable(rollup.value), loose: rollup.loose ? 1 : 0 })));
  const [row] = await db.write<{ yes: boolean }>("Roll-ups made anew", { sql: REPLACE_ROLLUPS, values: [formId, stood, fresh] });
  return row?.yes === true;
}
