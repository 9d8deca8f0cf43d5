import type { Mark, RollupRow } from "../primary";

const ROWS_PER_STATEMENT = 5_000;

interface RawRollup extends Omit<RollupRow, "loose"> {
  loose: number;
}

export const READ_ROLLUPS = "SELECT day, field, value, count, sum, min, max, loose FROM response_rollups WHERE form_id = ?1";

export async function readRollups(db: D1Database, formId: string): Promise<RollupRow[]> {
  const { results } = await db.prepare(READ_ROLLUPS).bind(formId).all<RawRollup>();
  return results.map((row) => ({ ...row, loose: row.loose === 1 }));
}

// Only while every ledger's mark stands where it was read: else a settle has counted something that these rows lack.
const UNMOVED = `(SELECT count(*) FROM json_each(?2) e JOIN ledger_marks m
  ON m.form_id = ?1 AND m.shard = e.value ->> 0 AND m.seq = e.value ->> 1) = json_array_length(?2)`;

export async function replaceRollups(
  db: D1Database,
  formId: string,
  marks: readonly Pick<Mark, "shard" | "seq">[],
  rollups: readonly RollupRow[],
): Promise<boolean> {
  const stood = JSON.stringify(marks.map(({ shard, seq }) => [shard, seq]));
  const statements = [db.prepare(`DELETE FROM response_rollups WHERE form_id = ?1 AND ${UNMOVED}`).bind(formId, stood)];
  for (let i = 0; i < rollups.length; i += ROWS_PER_STATEMENT) {
    const rows = rollups
      .slice(i, i + ROWS_PER_STATEMENT)
      .map((r) => [r.day, r.field, r.value, r.count, r.sum, r.min, r.max, r.loose ? 1 : 0]);
    statements.push(
      db
        .prepare(
          `INSERT INTO response_rollups (form_id, day, field, value, count, sum, min, max, loose)
           SELECT ?1, e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4, e.value ->> 5, e.value ->> 6, e.value ->> 7
           FROM json_each(?3) e WHERE ${UNMOVED}`,
        )
        .bind(formId, stood, JSON.stringify(rows)),
    );
  }
  statements.push(db.prepare(`SELECT ${UNMOVED} AS unmoved`).bind(formId, stood));
  const results = await db.batch<{ unmoved: number }>(statements);
  return results.at(-1)?.results[0]?.unmoved === 1;
}
