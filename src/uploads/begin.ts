// Who may upload what, and whether there is room for it.
import { sql } from "drizzle-orm";
import { getPublishedForm, getPublishedInAnyState, isOriginAllowed, type PublishedForm, whyFileUnfit, whyNotOpen } from "../forms";
import { type ServiceContext, whyForbidden } from "../shared/context";
import { ConflictError, ForbiddenError, GoneError, InvalidError, NotFoundError } from "../shared/errors";
import { newSecretId } from "../shared/ids";
import { type FileField, fileFields, withoutTurns } from "./fields";
import { MAX_UNCLAIMED_BYTES, MAX_UNCLAIMED_FILES, mostBytesOf, UNCLAIMED_MS } from "./limits";
import { plainName } from "./names";
import { fileKeyOf, type Upload } from "./rows";

export interface Announced {
  /** Id or slug. */
  formId: string;
  /** Path of the question, with or without the numbers of turns. */
  field: string;
  name: string;
  /** As the sender says; the bytes decide. */
  type: string;
  size: number;
  visitor: Visitor;
}

export interface Visitor {
  origin: string | null;
  /** The form's own page: who may frame it is said elsewhere. */
  ownPage?: boolean;
}

export interface Admitted {
  form: PublishedForm;
  question: FileField;
  name: string;
}

export async function admit(ctx: ServiceContext, announced: Announced): Promise<Admitted> {
  const form = await formForUploads(ctx, announced.formId, announced.visitor);
  const question = fileFields(form.schema).get(withoutTurns(announced.field));
  if (question === undefined) {
    throw new InvalidError(
      "The form does not ask for a file there.",
      [{ path: "field", message: "Name a field of the type file or signature, by its path.", code: "unknown_field" }],
      "unknown_field",
    );
  }
  if (announced.size === 0) throw refusal(question, { code: "empty", message: "The file is empty." });
  refuseUnfit(question, { size: announced.size });
  return { form, question, name: plainName(announced.name) };
}

/** The doors of a submit: the form is published and open, the site allowed; a key is of the workspace and may submit. */
export async function formForUploads(ctx: ServiceContext, formId: string, visitor: Visitor): Promise<PublishedForm> {
  const { actor } = ctx;
  const found = await getPublishedInAnyState(ctx, formId);
  const isOwn = "workspaceId" in actor && actor.workspaceId === found.workspaceId;
  if (actor.kind === "key" && !isOwn) throw new NotFoundError("The form");
  // Whoever may edit its responses may add a file to one, though nobody answers the form any more.
  if (isOwn && whyForbidden(actor, "write") === null) return found;
  if (actor.kind === "key" && !actor.scopes.includes("submit")) throw new ForbiddenError('This needs an API key with the scope "submit".');
  const form = await getPublishedForm(ctx, formId);
  const reason = whyNotOpen(form.schema.settings, ctx.now());
  if (reason === "not_open") throw new GoneError("This form is not open yet.", "not_open");
  if (reason === "closed") throw new GoneError("This form is closed and takes no more answers.", "form_closed");
  const isTrusted = actor.kind === "key" || visitor.ownPage === true;
  if (!isTrusted && !isOriginAllowed(form.schema.settings, visitor.origin)) {
    throw new ForbiddenError("This form does not take answers from this site.", { reason: "origin_not_allowed" });
  }
  return form;
}

/** The question's own limits; without `type`, of the size alone. */
export function refuseUnfit(question: FileField, { size, type, name }: { size: number; type?: string; name?: string }): void {
  const accept = type === undefined ? undefined : [...question.accept];
  const unfit = whyFileUnfit({ max_size: question.maxSize, accept }, { size, type: type ?? "", name });
  const own = question.field.validation?.message;
  if (unfit !== null) throw refusal(question, { code: unfit.code, message: own ?? unfit.message });
}

export function refusal({ path }: FileField, { code, message }: { code: string; message: string }): InvalidError {
  return new InvalidError(`The file is not taken: ${message}`, [{ path, message, code }]);
}

/** A row for what is about to come, if there is room. Until it is complete and claimed it lives for a day. */
export async function reserve(
  ctx: ServiceContext,
  { form, question, name }: Admitted,
  file: { type: string; size: number },
): Promise<Upload> {
  const now = ctx.now();
  const id = newSecretId("upload", now);
  const { formId, workspaceId } = form;
  const row: Upload = {
    id,
    workspaceId,
    formId,
    field: question.path,
    name,
    type: file.type,
    size: file.size,
    status: "open",
    scan: "none",
    scanAttempts: 0,
    fileKey: fileKeyOf(workspaceId, formId, id),
    multipartId: null,
    responseId: null,
    heldBy: null,
    heldUntil: null,
    expiresAt: now + UNCLAIMED_MS,
    createdBy: senderOf(ctx),
    createdAt: now,
    completedAt: null,
  };
  const [made] = await ctx.db.all<{ id: string }>(sql`
    INSERT INTO uploads (id, workspace_id, form_id, field, name, type, size, status, scan, file_key, expires_at, created_by, created_at)
    SELECT ${id}, ${workspaceId}, ${formId}, ${row.field}, ${name}, ${row.type}, ${row.size}, 'open', 'none', ${row.fileKey},
      ${row.expiresAt}, ${row.createdBy}, ${now}
    WHERE (SELECT count(*) < ${MAX_UNCLAIMED_FILES} AND coalesce(sum(size), 0) + ${row.size} <= ${MAX_UNCLAIMED_BYTES}
        FROM uploads WHERE form_id = ${formId} AND response_id IS NULL)
      AND coalesce((SELECT bytes FROM upload_usage WHERE workspace_id = ${workspaceId}), 0) + ${row.size} <= ${mostBytesOf(ctx.env)}
    RETURNING id`);
  if (made === undefined) throw new ConflictError("There is no room for more files here just now.", "storage_full");
  return row;
}

function senderOf({ actor }: ServiceContext): string {
  switch (actor.kind) {
    case "key":
      return `key:${actor.keyId}`;
    case "member":
    case "person":
      return `user:${actor.userId}`;
    default:
      return "respondent";
  }
}
