// Questions of different shape, each in the query language and as somebody would write it in SQL over the JSON.

export interface Question {
  name: string;
  query: Record<string, unknown>;
  /** `?1` is the form; nothing is prepared for it but the index on form and time that every such table has. */
  sql: string;
}

const FROM = "FROM responses WHERE form_id = ?1 AND status = 'complete' AND deleted_at IS NULL";
const at = (path: string) => `json_extract(data, '$.${path}')`;
const MONTH_AGO = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);

export const QUESTIONS: readonly Question[] = [
  {
    name: "count by a choice",
    query: { aggregate: "count", group_by: "data.department" },
    sql: `SELECT ${at("department")} g, count(*) v ${FROM} AND g IS NOT NULL GROUP BY g ORDER BY v DESC LIMIT 1000`,
  },
  {
    name: "count by a choice, last 30 days",
    query: { aggregate: "count", group_by: "data.department", filter: { submitted_at: { $gte: MONTH_AGO } } },
    sql: `SELECT ${at("department")} g, count(*) v ${FROM} AND submitted_at >= ${Date.parse(MONTH_AGO)} AND g IS NOT NULL GROUP BY g ORDER BY v DESC LIMIT 1000`,
  },
  {
    name: "average by a text, filtered by a number",
    query: { aggregate: "avg", field: "data.amount", group_by: "data.city", filter: { "data.likely": { $gte: 9 } } },
    sql: `SELECT ${at("city")} g, avg(${at("amount")}) v ${FROM} AND ${at("likely")} >= 9 GROUP BY g ORDER BY v DESC LIMIT 1000`,
  },
  {
    name: "count by day in a time zone",
    query: { aggregate: "count", group_by: { field: "submitted_at", by: "day", timezone: "Europe/Berlin" } },
    sql: `SELECT date((submitted_at + 3600000) / 1000, 'unixepoch') g, count(*) v ${FROM} GROUP BY g ORDER BY g LIMIT 1000`,
  },
  {
    name: "sum by day and choice, last 30 days",
    query: {
      aggregate: "sum",
      field: "data.amount",
      group_by: [{ field: "submitted_at", by: "day" }, "data.department"],
      filter: { submitted_at: { $gte: MONTH_AGO } },
    },
    sql: `SELECT date(submitted_at / 1000, 'unixepoch') d, ${at("department")} g, sum(${at("amount")}) v ${FROM}
      AND submitted_at >= ${Date.parse(MONTH_AGO)} GROUP BY d, g ORDER BY v DESC LIMIT 1000`,
  },
  {
    name: "median by choice",
    query: { aggregate: "median", field: "data.seconds", group_by: "data.department" },
    sql: `WITH x AS (SELECT ${at("department")} g, ${at("seconds")} s, row_number() OVER (PARTITION BY ${at("department")} ORDER BY ${at("seconds")}) n,
      count(*) OVER (PARTITION BY ${at("department")}) c ${FROM}) SELECT g, avg(s) v FROM x WHERE n IN ((c + 1) / 2, (c + 2) / 2) GROUP BY g`,
  },
  {
    name: "95th percentile, filtered by a list",
    query: { aggregate: "p95", field: "data.amount", filter: { "data.tags": { $contains: "price" } } },
    sql: `SELECT a v FROM (SELECT ${at("amount")} a, row_number() OVER (ORDER BY ${at("amount")}) n, count(*) OVER () c ${FROM}
      AND EXISTS (SELECT 1 FROM json_each(data, '$.tags') WHERE value = 'price')) WHERE n = CAST(c * 0.95 AS INTEGER)`,
  },
  {
    name: "different texts, many",
    query: { aggregate: "count_distinct", field: "data.customer" },
    sql: `SELECT count(DISTINCT ${at("customer")}) v ${FROM}`,
  },
  {
    name: "members of a list by device",
    query: { aggregate: "count", group_by: ["data.tags", "meta.device"] },
    sql: `SELECT t.value g, json_extract(meta, '$.device') d, count(*) v FROM responses, json_each(data, '$.tags') t
      WHERE form_id = ?1 AND status = 'complete' AND deleted_at IS NULL GROUP BY g, d ORDER BY v DESC LIMIT 1000`,
  },
  {
    name: "a word within texts, by choice",
    query: { aggregate: "count", group_by: "data.department", filter: { "data.comment": { $contains: "Refund" } } },
    sql: `SELECT ${at("department")} g, count(*) v ${FROM} AND instr(lower(${at("comment")}), 'refund') > 0 GROUP BY g ORDER BY v DESC`,
  },
  {
    name: "three groups, nested conditions",
    query: {
      aggregate: "avg",
      field: "data.likely",
      group_by: ["data.city", "data.department", "data.agree"],
      filter: {
        $or: [{ "data.city": { $in: ["City 1", "City 2", "City 3"] } }, { "data.amount": { $gt: 900 } }],
        $not: { "data.comment": { $exists: true } },
      },
    },
    sql: `SELECT ${at("city")} a, ${at("department")} b, ${at("agree")} c, avg(${at("likely")}) v ${FROM}
      AND (${at("city")} IN ('City 1', 'City 2', 'City 3') OR ${at("amount")} > 900) AND ${at("comment")} IS NULL GROUP BY a, b, c ORDER BY v DESC LIMIT 1000`,
  },
];
