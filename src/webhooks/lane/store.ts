// What a lane reads from and writes to the store. Few statements, each for many deliveries.
import type { EventType } from "../event-types";
import type { AttemptOutcome } from "../schedule";

export interface Due {
  id: string;
  eventId: string;
  eventType: EventType;
  occurredAt: number;
  formId: string;
  shard: number | null;
  seq: number;
  attempts: number;
  tries: number;
  createdAt: number;
}

const DUE_COLUMNS = `id, event_id AS eventId, event_type AS eventType, occurred_at AS occurredAt, form_id AS formId, shard, seq, attempts,
  tries, created_at AS createdAt`;

export const DUE = `SELECT ${DUE_COLUMNS} FROM webhook_deliveries
  WHERE webhook_id = ?1 AND status = 'pending' AND due_at <= ?2 AND id NOT IN (SELECT value FROM json_each(?3)) ORDER BY due_at LIMIT ?4`;

const NEXT_DUE = "SELECT min(due_at) AS at FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending' AND due_at > ?2";

// The first of each form, found by jumping from form to form: a long queue of one costs no more than a short one.
const HEADS = `WITH RECURSIVE forms (id) AS (
    SELECT min(form_id) FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending'
    UNION ALL
    SELECT (SELECT min(form_id) FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending' AND form_id > forms.id)
    FROM forms WHERE forms.id IS NOT NULL LIMIT 1000)
  SELECT forms.id AS formId, (SELECT due_at FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending' AND form_id = forms.id
    ORDER BY occurred_at, seq LIMIT 1) AS dueAt
  FROM forms WHERE forms.id IS NOT NULL`;

export const FIRST_OF_FORM = `SELECT ${DUE_COLUMNS} FROM webhook_deliveries
  WHERE webhook_id = ?1 AND status = 'pending' AND form_id = ?2 ORDER BY occurred_at, seq LIMIT ?3`;

export const CANCEL = `UPDATE webhook_deliveries SET status = 'cancelled', finished_at = ?2 WHERE webhook_id = ?1 AND status = 'pending'`;

export interface Page {
  due: Due[];
  /** When something else becomes due; null: nothing waits. */
  nextAt: number | null;
  /** There may be more that is due now. */
  more: boolean;
}

const ENDPOINT = "SELECT * FROM webhooks WHERE id = ?1";

/** The endpoint and what is due to it: one question, because most lanes wake for a single delivery. */
export async function readEndpoint(
  db: D1Database,
  webhookId: string,
  now: number,
  known: readonly string[],
  limit: number,
): Promise<{ row: Record<string, unknown> | null; page: Page }> {
  const [endpoint, due, next] = await db.batch<Record<string, unknown>>([
    db.prepare(ENDPOINT).bind(webhookId),
    db.prepare(DUE).bind(webhookId, now, JSON.stringify(known), limit),
    db.prepare(NEXT_DUE).bind(webhookId, now),
  ]);
  const rows = (due?.results ?? []) as unknown as Due[];
  const nextAt = (next?.results[0]?.at ?? null) as number | null;
  return { row: endpoint?.results[0] ?? null, page: { due: rows, nextAt, more: rows.length === limit } };
}

const FORMS_AT_ONCE = 20;
const EACH_FORM = 25;

/** For an endpoint that wants order: of each form whose first may go now, the first few. */
export async function readInOrder(db: D1Database, webhookId: string, now: number, busyForms: ReadonlySet<string>): Promise<Page> {
  const { results: heads } = await db.prepare(HEADS).bind(webhookId).all<{ formId: string; dueAt: number }>();
  const free = heads.filter(({ formId }) => !busyForms.has(formId));
  const ready = free.filter(({ dueAt }) => dueAt <= now);
  const later = free.filter(({ dueAt }) => dueAt > now).map(({ dueAt }) => dueAt);
  const chosen = ready.slice(0, FORMS_AT_ONCE);
  const pages =
    chosen.length === 0
      ? []
      : await db.batch<Due>(chosen.map(({ formId }) => db.prepare(FIRST_OF_FORM).bind(webhookId, formId, EACH_FORM)));
  return {
    due: pages.flatMap((page) => page.results),
    nextAt: later.length === 0 ? null : Math.min(...later),
    more: ready.length > chosen.length || pages.some((page) => page.results.length === EACH_FORM),
  };
}

/** One attempt, as it is written down. */
export interface Result {
  id: string;
  eventType: string;
  attempt: number;
  tries: number;
  at: number;
  durationMs: number;
  outcome: AttemptOutcome;
  status: number | null;
  error: string | null;
  response: string | null;
  next: "pending" | "delivered" | "dead";
  dueAt: number | null;
  /** Of the event that tells of a death; null when there is none to tell. */
  deathEventId: string | null;
}

const NEW = `FROM json_each(?1) e WHERE NOT EXISTS (
  SELECT 1 FROM webhook_attempts a WHERE a.delivery_id = e.value ->> 'id' AND a.attempt = e.value ->> 'attempt')`;

// The attempt's own row comes last: until it is there, the others count; once it is, a repeat of the batch counts nothing.
const COUNT_DAYS = `INSERT INTO webhook_days (webhook_id, day, delivered, failed, dead)
  SELECT ?2, date((e.value ->> 'at') / 1000, 'unixepoch'), count(*) FILTER (WHERE e.value ->> 'outcome' = 'delivered'),
    count(*) FILTER (WHERE e.value ->> 'outcome' <> 'delivered'), count(*) FILTER (WHERE e.value ->> 'next' = 'dead')
  ${NEW} GROUP BY 2
  ON CONFLICT (webhook_id, day) DO UPDATE SET delivered = delivered + excluded.delivered, failed = failed + excluded.failed, dead = dead + excluded.dead`;

const COUNT_DEAD = `UPDATE webhooks SET dead_untold = dead_untold + (SELECT count(*) ${NEW} AND e.value ->> 'next' = 'dead') WHERE id = ?2`;

// Only for who wants to hear of it: an outage must not fill a table nobody reads.
const RAISE_DEAD = `INSERT INTO webhook_events (id, workspace_id, form_id, type, occurred_at, data, correlation_id)
  SELECT e.value ->> 'deathEventId', d.workspace_id, nullif(d.form_id, ''), 'webhook.dead_lettered', ?3,
    json_object('delivery_id', d.id, 'webhook_id', d.webhook_id, 'event_id', d.event_id, 'event_type', d.event_type, 'response_id', d.response_id,
      'attempts', e.value ->> 'attempt', 'last_status', e.value ->> 'status', 'last_error', e.value ->> 'error'), d.correlation_id
  FROM json_each(?1) e CROSS JOIN webhook_deliveries d ON d.id = e.value ->> 'id'
  WHERE e.value ->> 'deathEventId' IS NOT NULL AND EXISTS (SELECT 1 FROM webhooks w
    WHERE w.workspace_id = d.workspace_id AND w.deleted_at IS NULL AND w.status <> 'disabled' AND w.id <> ?2
      AND EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = 'webhook.dead_lettered'))
  ON CONFLICT (id) DO NOTHING RETURNING id`;

const MOVE_ON = `UPDATE webhook_deliveries SET status = e.value ->> 'next', attempts = e.value ->> 'attempt', tries = e.value ->> 'tries',
    due_at = coalesce(e.value ->> 'dueAt', due_at), last_status = e.value ->> 'status', last_error = e.value ->> 'error',
    duration_ms = e.value ->> 'durationMs', finished_at = CASE WHEN e.value ->> 'next' <> 'pending' THEN e.value ->> 'at' + e.value ->> 'durationMs' END
  FROM json_each(?1) e
  WHERE webhook_deliveries.id = e.value ->> 'id' AND webhook_deliveries.status = 'pending' AND webhook_deliveries.attempts < e.value ->> 'attempt'`;

export const ADD_ATTEMPTS = `INSERT INTO webhook_attempts (delivery_id, attempt, workspace_id, webhook_id, event_type, at, duration_ms, outcome,
    status, error, response)
  SELECT e.value ->> 'id', e.value ->> 'attempt', ?3, ?2, e.value ->> 'eventType', e.value ->> 'at', e.value ->> 'durationMs',
    e.value ->> 'outcome', e.value ->> 'status', e.value ->> 'error', e.value ->> 'response'
  FROM json_each(?1) e WHERE true ON CONFLICT DO NOTHING`;

/** Writes down what was tried, in one transaction; told twice, it is there once. Returns the events of deaths that somebody wants to hear. */
export async function recordResults(
  db: D1Database,
  endpoint: { id: string; workspaceId: string },
  results: readonly Result[],
  also: readonly D1PreparedStatement[],
  now: number,
): Promise<string[]> {
  const rows = JSON.stringify(results);
  const died = results.some((result) => result.next === "dead");
  const statements = [db.prepare(COUNT_DAYS).bind(rows, endpoint.id)];
  if (died) statements.push(db.prepare(COUNT_DEAD).bind(rows, endpoint.id), db.prepare(RAISE_DEAD).bind(rows, endpoint.id, now));
  statements.push(db.prepare(MOVE_ON).bind(rows), db.prepare(ADD_ATTEMPTS).bind(rows, endpoint.id, endpoint.workspaceId), ...also);
  const outcomes = await db.batch<{ id: string }>(statements);
  return died ? (outcomes[2]?.results ?? []).map(({ id }) => id) : [];
}
