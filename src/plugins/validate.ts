// Validators: plugins that are asked before a submission is taken. They compute and nothing else, for fifty milliseconds; what
// becomes of the submission when one of them fails is its owner's choice.
import { and, asc, eq, isNull, or } from "drizzle-orm";
import { z } from "zod";
import { cached } from "../cache";
import type { Validators } from "../responses";
import { asSystem, type ServiceContext } from "../shared/context";
import { InvalidError, type Issue, UnavailableError } from "../shared/errors";
import { newId } from "../shared/ids";
import { describeError } from "../shared/log";
import { counter, histogram } from "../shared/metrics";
import { tables } from "../store";
import { ShutGate } from "./gate";
import { VALIDATE } from "./hooks";
import { loadPluginRow, loadVersion } from "./internal";
import type { RawOutcome } from "./isolate/protocol";
import { MAX_ANNOTATION, MAX_PLUGINS, MAX_VALIDATORS, VALIDATOR_COLD_MS, VALIDATOR_LIMITS } from "./limits";
import { execute } from "./run/execute";
import { noteHealth, outcomeColumns } from "./run/record";
import { compile } from "./source/compile";

const { plugins, pluginRuns } = tables;
const TTL_SECONDS = 600;
const WARM_GRACE_MS = 20;
const MAX_WARM = 1_000;

const asked = counter("headwater_validators_total", "Submissions that a plugin was asked about.", ["mode", "verdict"]);
const durations = histogram("headwater_validator_duration_seconds", "What a validator adds to a submission.", ["mode"]);

interface Validator {
  pluginId: string;
  name: string;
  mode: "strict" | "metered";
  key: string;
  code: string;
  config: Record<string, unknown>;
  onFailure: "open" | "closed";
}

const Verdict = z
  .object({
    errors: z
      .array(z.object({ field: z.string().max(200), message: z.string().min(1).max(300) }))
      .max(50)
      .optional(),
    annotations: z.record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()])).optional(),
  })
  .nullable();

/** An isolate that has answered before needs no time to be made. */
const warm = new Set<string>();

export const askValidators: Validators = async (ctx, form, data) => {
  const { value: validators } = await cached(
    ctx,
    { key: `validators:${form.formId}`, tags: [`form:${form.formId}`], ttlSeconds: TTL_SECONDS, staleSeconds: 0 },
    () => loadValidators(ctx, form.workspaceId, form.formId),
  );
  const payload = { form_id: form.formId, form_version: form.version, status: "complete", data };
  const verdicts = await Promise.all(validators.map((validator) => ask(ctx, form.workspaceId, validator, payload)));
  const issues = verdicts.flatMap(({ errors }) => errors);
  if (issues.length > 0) throw new InvalidError("The answers were refused; `errors` says which and why.", issues, "refused");
  const notes = verdicts.flatMap(({ name, annotations }) => (annotations === null ? [] : [[name, annotations] as const]));
  return notes.length === 0 ? null : Object.fromEntries(notes);
};

interface Answer {
  name: string;
  errors: Issue[];
  annotations: Record<string, unknown> | null;
}

async function ask(ctx: ServiceContext, workspaceId: string, validator: Validator, payload: Record<string, unknown>): Promise<Answer> {
  const { name, mode, key, code, config } = validator;
  const event = {
    id: newId("event", ctx.now()),
    type: VALIDATE,
    occurred_at: new Date(ctx.now()).toISOString(),
    workspace_id: workspaceId,
  };
  const input = JSON.stringify({ config, secrets: {}, event: { ...event, form_id: payload.form_id, data: payload }, payload });
  const startedAt = performance.now();
  const graceMs = warm.has(key) ? WARM_GRACE_MS : VALIDATOR_COLD_MS;
  const raw = await execute(
    ctx.env,
    { key, mode, factory: code },
    { hook: VALIDATE, input, limits: VALIDATOR_LIMITS },
    new ShutGate(),
    graceMs,
  );
  durations.observe((performance.now() - startedAt) / 1_000, mode);
  const verdict = raw.outcome === "ok" ? readVerdict(raw) : null;
  if (verdict === null) {
    asked.add(1, mode, "failed");
    ctx.defer(writeDown(ctx, workspaceId, validator.pluginId, event.id, raw));
    // Never a word of what the plugin says: a stranger reads this.
    if (validator.onFailure === "closed")
      throw new UnavailableError("This form checks its answers, and cannot just now. Try again in a moment.");
    return { name, errors: [], annotations: null };
  }
  if (warm.size >= MAX_WARM) warm.clear();
  warm.add(key);
  asked.add(1, mode, verdict.errors.length > 0 ? "refused" : "passed");
  return { name, ...verdict };
}

/** Null for what is no verdict: that is a failure of the plugin like any other. */
function readVerdict(raw: RawOutcome): Omit<Answer, "name"> | null {
  const parsed = Verdict.safeParse(raw.value === null ? null : JSON.parse(raw.value));
  if (!parsed.success) {
    raw.outcome = "error";
    raw.error = "A validator returns nothing, or {errors: [{field, message}], annotations: {…}}.";
    return null;
  }
  const { errors = [], annotations = null } = parsed.data ?? {};
  const fits = annotations !== null && JSON.stringify(annotations).length <= MAX_ANNOTATION;
  return {
    errors: errors.map(({ field, message }) => ({ path: field, message, code: "refused" })),
    annotations: fits ? annotations : null,
  };
}

async function loadValidators(ctx: ServiceContext, workspaceId: string, formId: string): Promise<Validator[]> {
  const own = asSystem(ctx, workspaceId);
  const rows = await ctx.db
    .select()
    .from(plugins)
    .where(and(eq(plugins.workspaceId, workspaceId), eq(plugins.status, "enabled"), or(isNull(plugins.formId), eq(plugins.formId, formId))))
    .orderBy(asc(plugins.id))
    .limit(MAX_PLUGINS);
  const chosen = rows.filter((row) => row.hooks.includes(VALIDATE)).slice(0, MAX_VALIDATORS);
  return Promise.all(
    chosen.map(async (row) => {
      const { source } = await loadVersion(own, row);
      const { code, digest } = compile(source, row.mode);
      const { id: pluginId, name, mode, config, onFailure } = row;
      return { pluginId, name, mode, key: `${pluginId}:${digest}`, code, config, onFailure };
    }),
  );
}

/** Only failures have a row: a write for each submission is what the ledger was made to avoid. */
async function writeDown(ctx: ServiceContext, workspaceId: string, pluginId: string, eventId: string, raw: RawOutcome): Promise<void> {
  try {
    const own = asSystem(ctx, workspaceId);
    const plugin = await loadPluginRow(own, pluginId);
    const now = ctx.now();
    await own.db.insert(pluginRuns).values({
      id: newId("run", now),
      workspaceId,
      pluginId,
      eventId,
      eventType: VALIDATE,
      occurredAt: now,
      kind: "validator",
      status: "done",
      attempts: 1,
      dueAt: now,
      correlationId: ctx.correlationId,
      createdAt: now,
      finishedAt: now,
      ...outcomeColumns(raw, plugin.version),
    });
    await noteHealth(own, plugin, raw);
  } catch (error) {
    ctx.log.warn("a validator's failure was not written down", { plugin: pluginId, ...describeError(error) });
  }
}
