// Everything that is kept of a person, as one file they can be handed.
import { JobFailedError, type JobKind } from "../jobs";
import { getHistory } from "../responses";
import type { WorkspaceContext } from "../shared/context";
import { type LinkedFile, linksOf, uploadsNamedIn } from "../uploads";
import { nextForm, responsesOf } from "./find-person";
import { finishRequest, openPerson, RequestInput } from "./requests";

const MAX_RESPONSES = 10_000;
const KEPT_MS = 7 * 86_400_000;

export interface ExportReport {
  responses: number;
  forms: number;
}

export function fileOf(workspaceId: string, requestId: string): string {
  return `privacy/${workspaceId}/${requestId}.json`;
}

export const EXPORT_PERSON: JobKind<RequestInput, ExportReport> = {
  kind: "export_person",
  queue: "work",
  input: RequestInput,
  maxAttempts: 5,
  async run(ctx, { request_id: id }, control) {
    const person = await openPerson(ctx, id);
    const found: { form_id: string; title: string; responses: unknown[] }[] = [];
    let responses = 0;
    for (let form = await nextForm(ctx, ""); form !== null; form = await nextForm(ctx, form.id)) {
      const theirs: unknown[] = [];
      for await (const page of responsesOf(ctx, form.id, person)) {
        for (const response of page) {
          responses += 1;
          if (responses > MAX_RESPONSES) throw new JobFailedError(`That are more than ${MAX_RESPONSES} responses; name the field as well.`);
          const { value: history } = await getHistory(ctx, form.id, response.id);
          theirs.push({
            id: response.id,
            status: response.deletedAt === null ? response.status : "deleted",
            form_version: response.formVersion,
            submitted_at: iso(response.submittedAt),
            started_at: response.startedAt === null ? null : iso(response.startedAt),
            data: response.data,
            meta: response.meta,
            history: history.map(({ kind, at, data }) => ({ kind, at: iso(at), data })),
            ...(await filesIn(ctx, form.id, [response.data, ...history.map(({ data }) => data)])),
          });
          await control.progress(0.5, responses);
        }
      }
      if (theirs.length > 0) found.push({ form_id: form.id, title: form.title, responses: theirs });
    }
    const file = fileOf(ctx.workspaceId, id);
    const text = JSON.stringify({ person: person.value, made_at: iso(ctx.now()), forms: found }, null, 2);
    await ctx.env.FILES.put(file, text, { httpMetadata: { contentType: "application/json" } });
    const report = { responses, forms: found.length };
    await finishRequest(ctx, id, { report, file, expiresAt: ctx.now() + KEPT_MS });
    return { kind: "done", result: report };
  },
  cleanUp: (ctx, { request_id: id }) => ctx.env.FILES.delete(fileOf(ctx.workspaceId, id)),
};

/** By links that live as long as the file that is made here. */
async function filesIn(ctx: WorkspaceContext, formId: string, answers: readonly unknown[]): Promise<{ files?: LinkedFile[] }> {
  const ids = answers.flatMap((data) => uploadsNamedIn(data).map(({ id }) => id));
  if (ids.length === 0) return {};
  return { files: [...(await linksOf(ctx, formId, ids, ctx.now() + KEPT_MS)).values()] };
}

const iso = (time: number): string => new Date(time).toISOString();
