// Uploads as answers: looked up before the answers are judged, held while the ledger decides, claimed once it has accepted.
// Nothing is asked of the store unless the form asks for files and the answer names some.
import { sql } from "drizzle-orm";
import type { FindUpload, FormSchema, UploadFacts } from "../forms";
import type { ServiceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { describeError } from "../shared/log";
import { fileFields, type Named, uploadsNamedIn, withoutTurns } from "./fields";
import { HOLD_MS, UNCLAIMED_MS } from "./limits";
import type { Upload } from "./rows";

export interface AnsweredForm {
  formId: string;
  workspaceId: string;
  schema: FormSchema;
}

export interface Answering {
  /** Whose answer it becomes, when that is known already. */
  responseId?: string;
  /** What the response holds so far: uploads in it were checked when they came. */
  held?: unknown;
}

export interface AnsweredUploads {
  find: FindUpload;
  /** Of those in `data` that no response has yet: nobody else may submit them meanwhile. Throws when somebody else is, or has. */
  hold(data: unknown, holder: string): Promise<void>;
  release(holder: string): Promise<void>;
  /** At once for whoever looks; should it fail, the follower of entries does it. */
  claimSoon(data: unknown, responseId: string): void;
}

type Row = Pick<Upload, "id" | "field" | "name" | "type" | "size" | "status" | "scan"> & {
  response_id: string | null;
  expires_at: number | null;
};

export async function uploadsInAnswer(
  ctx: ServiceContext,
  form: AnsweredForm,
  answers: unknown,
  { responseId, held }: Answering = {},
): Promise<AnsweredUploads | null> {
  const fields = fileFields(form.schema);
  if (fields.size === 0) return null;
  const kept = new Set(uploadsNamedIn(held).map(({ id }) => id));
  const asked = uploadsNamedIn(answers).filter(({ id, field }) => !kept.has(id) && fields.has(field));
  const rows = asked.length === 0 ? new Map<string, Row>() : await rowsOf(ctx, form, asked);
  const isFresh = ({ id }: Named) => rows.get(id)?.response_id === null;
  return {
    find: (id, path) => {
      if (kept.has(id)) return "kept";
      const row = rows.get(id);
      return row === undefined || row.field !== withoutTurns(path) ? undefined : factsOf(row, responseId, ctx.now());
    },
    hold: async (data, holder) => {
      const wanted = uploadsNamedIn(data).filter(isFresh);
      if (wanted.length === 0) return;
      const taken = await holdUploads(ctx, form, wanted, holder);
      const lost = wanted.filter(({ id }) => !taken.has(id));
      if (lost.length === 0) return;
      await releaseUploads(ctx, form, holder);
      throw new InvalidError(
        "A file is part of another response already.",
        lost.map(({ field }) => ({ path: field, message: USED.message, code: USED.code })),
      );
    },
    release: async (holder) => {
      if (asked.some(isFresh)) await releaseUploads(ctx, form, holder);
    },
    claimSoon: (data, id) => {
      const claims = uploadsNamedIn(data)
        .filter(isFresh)
        .map((named) => ({ ...named, response: id }));
      const note = (error: unknown) => ctx.log.warn("uploads left to the follower", { response_id: id, ...describeError(error) });
      if (claims.length > 0) ctx.defer(claimUploads(ctx, form, claims).catch(note));
    },
  };
}

const USED = { code: "upload_used", message: "This file is part of another response; please upload it again." };

function factsOf(row: Row, responseId: string | undefined, now: number): UploadFacts {
  const { size, type, name } = row;
  return { size, type, name, problem: problemOf(row, responseId, now) };
}

function problemOf(row: Row, responseId: string | undefined, now: number): UploadFacts["problem"] {
  if (row.status === "open") return { code: "upload_incomplete", message: "This file has not been uploaded completely." };
  if (row.scan === "refused") return { code: "file_refused", message: "Please choose another file: this one was refused." };
  if (row.response_id !== null) return row.response_id === responseId ? undefined : USED;
  if (row.expires_at !== null && row.expires_at <= now)
    return { code: "unknown_upload", message: "Please upload the file again: it is no longer there." };
  return undefined;
}

async function rowsOf(ctx: ServiceContext, form: AnsweredForm, asked: readonly Named[]): Promise<Map<string, Row>> {
  const rows = await ctx.db.all<Row>(sql`
    SELECT u.id, u.field, u.name, u.type, u.size, u.status, u.scan, u.response_id, u.expires_at
    FROM json_each(${idsOf(asked)}) e CROSS JOIN uploads u ON u.id = e.value
    WHERE u.workspace_id = ${form.workspaceId} AND u.form_id = ${form.formId}`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Its day begins anew: what is accepted in its last minute must not expire before the follower has come by. */
async function holdUploads(ctx: ServiceContext, form: AnsweredForm, wanted: readonly Named[], holder: string): Promise<Set<string>> {
  const now = ctx.now();
  const held = await ctx.db.all<{ id: string }>(sql`
    UPDATE uploads SET held_by = ${holder}, held_until = ${now + HOLD_MS}, expires_at = max(expires_at, ${now + UNCLAIMED_MS})
    WHERE id IN (SELECT value FROM json_each(${idsOf(wanted)})) AND workspace_id = ${form.workspaceId} AND form_id = ${form.formId}
      AND status = 'complete' AND response_id IS NULL AND (held_by IS NULL OR held_by = ${holder} OR held_until <= ${now})
    RETURNING id`);
  return new Set(held.map(({ id }) => id));
}

async function releaseUploads(ctx: ServiceContext, form: AnsweredForm, holder: string): Promise<void> {
  await ctx.db.run(sql`
    UPDATE uploads SET held_by = NULL, held_until = NULL
    WHERE workspace_id = ${form.workspaceId} AND form_id = ${form.formId} AND held_by = ${holder} AND response_id IS NULL`);
}

export interface Claim extends Named {
  response: string;
}

/** What an accepted response names is its own from now on. Told again, it changes nothing; who came first keeps it. */
export async function claimUploads(
  ctx: ServiceContext,
  { workspaceId, formId }: Pick<AnsweredForm, "workspaceId" | "formId">,
  claims: readonly Claim[],
): Promise<void> {
  const first = new Map<string, Claim>();
  for (const claim of claims) {
    // By its question too: whoever writes the id of their file into a text as well has not answered the file's question with it.
    const key = `${claim.id} ${claim.field}`;
    if (!first.has(key)) first.set(key, claim);
  }
  if (first.size === 0) return;
  await ctx.db.run(sql`
    UPDATE uploads SET response_id = c.response, held_by = NULL, held_until = NULL, expires_at = NULL
    FROM (SELECT value ->> 'id' AS id, value ->> 'field' AS field, value ->> 'response' AS response
      FROM json_each(${JSON.stringify([...first.values()])})) c
    WHERE uploads.id = c.id AND uploads.field = c.field AND uploads.workspace_id = ${workspaceId} AND uploads.form_id = ${formId}
      AND uploads.status = 'complete' AND uploads.response_id IS NULL`);
}

const idsOf = (named: readonly Named[]): string => JSON.stringify([...new Set(named.map(({ id }) => id))]);

/** Of what these answers name and no response has yet: what whoever fills in may be told again. */
export async function describeUploads(
  ctx: ServiceContext,
  form: AnsweredForm,
  answers: unknown,
): Promise<ReadonlyMap<string, { id: string; name: string; size: number }>> {
  const fields = fileFields(form.schema);
  const asked = fields.size === 0 ? [] : uploadsNamedIn(answers).filter(({ field }) => fields.has(field));
  if (asked.length === 0) return new Map();
  const rows = await rowsOf(ctx, form, asked);
  const own = asked.flatMap(({ id, field }) => {
    const row = rows.get(id);
    return row === undefined || row.field !== field || problemOf(row, undefined, ctx.now()) !== undefined ? [] : [row];
  });
  return new Map(own.map(({ id, name, size }) => [id, { id, name, size }]));
}
