// Counts what was turned away, so that a fall in responses can be told from a form that lets nobody through. Like views: nobody
// waits for it, one request at a time carries what all of them have counted, and a crash may forget the last seconds.
import { describeFields, type Issue, type PublishedForm } from "../forms";
import type { ServiceContext } from "../shared/context";
import { DomainError } from "../shared/errors";
import { describeError } from "../shared/log";
import { ledgerOf } from "./ledger/api";

const MAX_ROUNDS = 20;
const MAX_NAMED = 20;

interface Pending {
  workspaceId: string;
  counts: Map<string, number>;
}

// Counts only, no promises: a request may pick up what another has counted, but may never wait for it.
const pending = new Map<string, Pending>();
const sending = new Set<string>();

export function noteRefusal(ctx: ServiceContext, form: PublishedForm, why: DomainError | readonly Issue[]): void {
  const names = namesOf(form, why);
  if (names.length === 0) return;
  const counted = pending.get(form.formId) ?? { workspaceId: form.workspaceId, counts: new Map<string, number>() };
  for (const name of names) counted.counts.set(name, (counted.counts.get(name) ?? 0) + 1);
  pending.set(form.formId, counted);
  if (sending.has(form.formId)) return;
  sending.add(form.formId);
  ctx.defer(send(ctx, form.formId));
}

/** `invalid` once, and each field at fault; or the one reason. Only names of the form's own: what a stranger sends names nothing. */
function namesOf({ schema }: PublishedForm, why: DomainError | readonly Issue[]): string[] {
  if (why instanceof DomainError) {
    if (why.details.reason !== undefined && why.details.reason !== "unknown_field") return [why.details.reason];
    if (why.code !== "invalid") return [];
  }
  const issues = why instanceof DomainError ? (why.details.issues ?? []) : why;
  const known = new Set(describeFields(schema).map(({ path }) => path));
  const fields = new Set(issues.map(({ path }) => path.replace(/\.\d+(?=\.|$)/g, "")).filter((path) => known.has(path)));
  return ["invalid", ...[...fields].slice(0, MAX_NAMED).map((path) => `invalid:${path}`)];
}

async function send(ctx: ServiceContext, formId: string): Promise<void> {
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const counted = pending.get(formId);
      if (counted === undefined) return;
      pending.delete(formId);
      await ledgerOf(ctx.env, formId, 0).refusedElsewhere([...counted.counts], ctx.now(), counted.workspaceId);
    }
  } catch (error) {
    ctx.log.warn("refusals not counted", { form_id: formId, ...describeError(error) });
  } finally {
    sending.delete(formId);
  }
}
