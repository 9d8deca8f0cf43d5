// Fills a form with as many answers as are wanted, straight in the store: by SQL, because a million submits take minutes of validating.
// The ledger takes them over as a chain that was carried in, and the form is rebuilt as anybody would rebuild it.
import type { Headwater } from "../headwater.ts";
import type { BenchOrder } from "./order.ts";

const ROWS_A_STATEMENT = 50_000;
const DAYS = 180;

const option = (value: string) => ({ value, label: value });

export const FORM = {
  title: "A form with many answers",
  schema: {
    fields: [
      { name: "department", type: "select", label: "Department", options: ["IT", "HR", "Sales", "Ops", "Legal"].map(option) },
      { name: "city", type: "short_text", label: "City" },
      { name: "likely", type: "nps", label: "How likely" },
      { name: "amount", type: "currency", label: "Amount" },
      { name: "seconds", type: "number", label: "Seconds" },
      { name: "tags", type: "checkboxes", label: "Tags", options: ["price", "speed", "staff", "place"].map(option) },
      { name: "agree", type: "yes_no", label: "Agree" },
      { name: "customer", type: "email", label: "Customer" },
      { name: "comment", type: "long_text", label: "Comment" },
    ],
  },
};

/** A number below `below` for each row and purpose, always the same one. */
const chance = (purpose: number, below: number) =>
  `((n * ${7919 + purpose * 104_729} + ${purpose * 15_485_863} + (n / 97) * ${purpose + 31}) % 1000003 % ${below})`;

const LISTS = [
  "[]",
  '["price"]',
  '["speed"]',
  '["price","speed"]',
  '["staff","place"]',
  '["place"]',
  '["price","speed","staff"]',
  '["speed","place"]',
];

function fillStatement(): string {
  const list = `CASE ${chance(5, 8)} ${LISTS.map((json, i) => `WHEN ${i} THEN json('${json}')`).join(" ")} END`;
  const comment = `'I asked for ' || (CASE ${chance(9, 12)} WHEN 0 THEN 'a refund' WHEN 1 THEN 'some help' ELSE 'nothing' END) || ' in matter ' || ${chance(10, 900_000)}`;
  return `WITH RECURSIVE s(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM s WHERE n < ?2)
    INSERT INTO responses (id, workspace_id, form_id, shard, seq, last_seq, data_seq, form_version, status, submitted_at, started_at, duration_ms,
      updated_at, deleted_at, erased_at, data_hash, meta, data)
    SELECT 'rsp_' || substr(?3, 5) || printf('%09d', n), ?4, ?3, 0, n, n, n, 1, CASE WHEN ${chance(1, 20)} = 0 THEN 'partial' ELSE 'complete' END,
      ?5 + n * ?6 + ${chance(2, 60_000)}, NULL, NULL, ?5 + n * ?6, CASE WHEN ${chance(11, 100)} = 0 THEN 1 END, NULL, '',
      jsonb(json_object('country', substr('DEITUSNPFR', 1 + 2 * ${chance(3, 5)}, 2), 'device', CASE WHEN ${chance(4, 10)} < 6 THEN 'phone' ELSE 'desktop' END)),
      jsonb(json_patch(json_object('department', CASE ${chance(6, 5)} WHEN 0 THEN 'IT' WHEN 1 THEN 'HR' WHEN 2 THEN 'Sales' WHEN 3 THEN 'Ops' ELSE 'Legal' END,
        'city', 'City ' || (${chance(7, 20)} * ${chance(8, 10)}), 'likely', ${chance(12, 11)}, 'amount', ${chance(13, 100_000)} / 100.0,
        'seconds', ${chance(14, 900)} * ${chance(15, 900)}, 'tags', ${list}, 'agree', json(CASE WHEN ${chance(16, 2)} = 0 THEN 'true' ELSE 'false' END),
        'customer', 'person' || ${chance(17, 700_000)} || '@example' || ${chance(18, 7)} || '.com'),
        CASE WHEN ${chance(19, 10)} < 3 THEN json_object('comment', ${comment}) ELSE '{}' END))
    FROM s`;
}

export interface Filled {
  formId: string;
  workspaceId: string;
  position: string;
  rows: number;
}

export async function fill(headwater: Headwater, worker: (order: BenchOrder) => Promise<unknown>, rows: number): Promise<Filled> {
  const { api_key, workspace_id: workspaceId } = headwater.demo;
  const call = async (path: string, body: unknown) => {
    const reply = await fetch(`${headwater.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${api_key}` },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as Record<string, string>;
  };
  const { id: formId = "" } = await call("/api/v1/forms", FORM);
  await call(`/api/v1/forms/${formId}/publish`, {});
  const spanMs = DAYS * 86_400_000;
  const stepMs = Math.floor(spanMs / rows);
  const from = Date.now() - spanMs - 3_600_000;
  const sql = fillStatement();
  for (let first = 1; first <= rows; first += ROWS_A_STATEMENT) {
    await worker({ do: "sql", sql, values: [first, Math.min(rows, first + ROWS_A_STATEMENT - 1), formId, workspaceId, from, stepMs] });
  }
  await worker({
    do: "sql",
    sql: "INSERT INTO ledger_marks VALUES (?1, 0, ?2, ?3, '', ?4)",
    values: [formId, workspaceId, rows, Date.now()],
  });
  await worker({ do: "adopt", formId, workspaceId, entries: rows });
  await call(`/api/v1/forms/${formId}/rebuild`, {});
  return { formId, workspaceId, position: `0:${rows}`, rows };
}
