// A lane with everything it needs from the world: the store, the signing secrets, the way out.
import { and, eq, getTableColumns, isNull } from "drizzle-orm";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { fetchDestination } from "../../shared/destination-fetch";
import { counter, histogram } from "../../shared/metrics";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { sendWakeUps } from "../../store/events";
import { prepareTrouble, tellOfDeadLetters } from "../alerts";
import type { WebhookRow } from "../events/targets";
import { compileBody, renderBody, type Shape } from "../payload/body";
import { formFacts, readContents } from "../payload/contents";
import { EXCHANGE_LIMITS } from "../schedule";
import { openHeaders, openKeys } from "../secrets";
import { HEALTHY, type Health } from "./health";
import { Lane } from "./lane";
import type { Content, LaneDeps, Recorded } from "./ports";
import { attemptRequest, type Endpoint } from "./request";
import { CANCEL, type Page, readEndpoint, readInOrder, recordResults } from "./store";

const { webhooks, webhookDeliveries } = tables;
const PAGE = 100;

const attempts = counter("headwater_webhook_attempts_total", "Attempts to deliver to customers' endpoints.", ["outcome"]);
const seconds = histogram("headwater_webhook_attempt_seconds", "How long an attempt took.");

const NOTHING_DUE: Page = { due: [], nextAt: null, more: false };

function toRow(raw: Record<string, unknown>): WebhookRow {
  const read = (column: { name: string; mapFromDriverValue(value: unknown): unknown }) =>
    raw[column.name] === null ? null : column.mapFromDriverValue(raw[column.name]);
  return Object.fromEntries(Object.entries(getTableColumns(webhooks)).map(([key, column]) => [key, read(column as never)])) as WebhookRow;
}

export interface OpenLane {
  lane: Lane;
  /** Tells the admins of dead letters, when it is time to. When to ask again; null: nothing is to be told. */
  tell(): Promise<number | null>;
}

export function openLane(ctx: ServiceContext, webhookId: string, memory: LaneDeps["memory"]): OpenLane {
  let current: { row: WebhookRow; endpoint: Endpoint; shape: Shape; own: WorkspaceContext } | null = null;
  let shown: Pick<Health, "failingSince" | "openUntil"> = HEALTHY;
  let page: Page = NOTHING_DUE;
  let tellAt: number | null = null;
  let lastError = "See the dead letters.";

  async function load(known: readonly string[]): Promise<typeof current> {
    const found = await readEndpoint(ctx.env.DB, webhookId, ctx.now(), known, PAGE);
    page = found.page;
    const row = found.row === null ? null : toRow(found.row);
    if (row === null || row.deletedAt !== null) {
      await ctx.env.DB.prepare(CANCEL).bind(webhookId, ctx.now()).run();
      return null;
    }
    shown = { failingSince: row.failingSince, openUntil: row.openUntil };
    if (row.deadUntold > 0) tellAt ??= ctx.now();
    if (row.status !== "active") return null;
    if (current?.row.updatedAt === row.updatedAt) return current;
    const compiled = row.template === null ? null : compileBody(row.template);
    return {
      row,
      own: asSystem(ctx, row.workspaceId),
      endpoint: {
        id: row.id,
        url: row.url,
        headers: await openHeaders(ctx.env, row.headers),
        keys: await openKeys(ctx.env, row, ctx.now()),
      },
      shape: { redact: row.redact, template: compiled?.ok ? compiled.template : null },
    };
  }

  const deps: LaneDeps = {
    now: ctx.now,
    dice: Math.random,
    memory,
    endpoint: async (known) => {
      current = await load(known);
      return current?.row ?? null;
    },
    // It was read together with the endpoint, a moment ago.
    due: async (known) => {
      const { due, ...rest } = page;
      page = NOTHING_DUE;
      return { due: due.filter(({ id }) => !known.includes(id)), ...rest };
    },
    inOrder: (now, busyForms) => readInOrder(ctx.env.DB, webhookId, now, busyForms),
    prepare: async (due) => {
      if (current === null) return new Map();
      const { own, shape } = current;
      const bodies = await readContents(own, due);
      const formIds = shape.template === null ? [] : [...new Set(due.map(({ formId }) => formId))];
      const forms = new Map(await Promise.all(formIds.map(async (formId) => [formId, await formFacts(own, formId)] as const)));
      const contents = new Map<string, Content>();
      for (const { id, formId } of due) {
        const body = bodies.get(id);
        if (body === undefined) continue;
        try {
          contents.set(id, { body: renderBody(body, shape, forms.get(formId) ?? null, ctx.now()) });
        } catch (error) {
          contents.set(id, { error: `The template could not be filled in: ${error instanceof Error ? error.message : String(error)}` });
        }
      }
      return contents;
    },
    send: async (due, attempt, body, at) => {
      if (current === null) throw new Error("A lane without an endpoint sends nothing");
      const request = await attemptRequest(
        { ...current.endpoint, keys: validKeys(current.row, at, current.endpoint) },
        { deliveryId: due.id, eventType: due.eventType, number: attempt, at },
        body,
      );
      const exchange = await fetchDestination(ctx.env, request, EXCHANGE_LIMITS);
      seconds.observe(exchange.durationMs / 1_000);
      return exchange;
    },
    record,
  };

  /** A secret that ran out while the lane was running signs no more. */
  function validKeys(row: WebhookRow, now: number, { keys }: Endpoint): Endpoint["keys"] {
    return keys.length > 1 && row.previousUntil !== null && now >= row.previousUntil ? [keys[0]] : keys;
  }

  async function record({ results, health, stop }: Recorded): Promise<void> {
    const row = current?.row ?? (await ctx.db.select().from(webhooks).where(eq(webhooks.id, webhookId)).get());
    if (row === undefined) return;
    const own = asSystem(ctx, row.workspaceId);
    const change = await changeOf(own, row, health, stop);
    const raised = await recordResults(ctx.env.DB, row, results, change.statements, ctx.now());
    shown = change.shown;
    for (const { outcome } of results) attempts.add(1, outcome);
    await sendWakeUps(
      own,
      raised.map((eventId) => ({ type: "event", event_id: eventId, correlation_id: ctx.correlationId })),
    );
    await change.wake();
    const dead = results.filter(({ next }) => next === "dead").at(-1);
    if (dead !== undefined) {
      lastError = dead.error ?? lastError;
      tellAt ??= ctx.now();
    }
  }

  /** What the endpoint's own row has to say, when it says something else than before. */
  async function changeOf(own: WorkspaceContext, row: WebhookRow, health: Health, stop: Recorded["stop"]) {
    const now = ctx.now();
    const mine = and(eq(webhooks.id, webhookId), eq(webhooks.status, "active"), isNull(webhooks.deletedAt));
    if (stop !== null) {
      const status = stop === "gone" ? "disabled" : "paused";
      const statusReason = stop === "gone" ? "The endpoint answered 410: gone." : "No delivery has got through for 24 hours.";
      const letters = await prepareTrouble(own, row, status, health.failingSince);
      const statements = [
        ctx.db
          .update(webhooks)
          .set({ status, statusReason, statusAt: now, failingSince: null, openUntil: null, updatedAt: now })
          .where(mine),
        auditIfChanged(own, { workspaceId: row.workspaceId, action: `webhook.${status}`, targetKind: "webhook", targetId: webhookId }),
        ...(stop === "gone"
          ? [
              ctx.db
                .update(webhookDeliveries)
                .set({ status: "dead", lastError: statusReason, finishedAt: now })
                .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.status, "pending"))),
            ]
          : []),
        ...letters.statements,
      ];
      return { statements: statements.map((statement) => prepared(statement)), wake: letters.wake, shown: HEALTHY };
    }
    const { failingSince, openUntil } = health;
    // A single failure is the schedule's business; the row changes when the endpoint as a whole does.
    const isSame = shown.openUntil === openUntil && (shown.failingSince === null) === (failingSince === null);
    const statements = isSame ? [] : [prepared(ctx.db.update(webhooks).set({ failingSince, openUntil }).where(eq(webhooks.id, webhookId)))];
    return { statements, wake: async () => undefined, shown: { failingSince, openUntil } };
  }

  function prepared(statement: {
    getSQL?: unknown;
    toSQL?: () => { sql: string; params: unknown[] };
    getQuery?: () => { sql: string; params: unknown[] };
  }) {
    const query = statement.toSQL?.() ?? statement.getQuery?.();
    if (query === undefined) throw new Error("Not a statement");
    return ctx.env.DB.prepare(query.sql).bind(...query.params);
  }

  async function tell(): Promise<number | null> {
    if (tellAt === null || tellAt > ctx.now()) return tellAt;
    const row = await ctx.db.select({ workspaceId: webhooks.workspaceId }).from(webhooks).where(eq(webhooks.id, webhookId)).get();
    tellAt = row === undefined ? null : await tellOfDeadLetters(asSystem(ctx, row.workspaceId), webhookId, lastError);
    return tellAt;
  }

  return { lane: new Lane(deps), tell };
}
