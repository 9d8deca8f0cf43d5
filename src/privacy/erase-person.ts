// To be forgotten: each response is erased through its ledger, like any change, so counters, roll-ups, chain and store agree
// afterwards. What else was made of the answers follows the entry (forget-erased.ts).
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { JobKind } from "../jobs";
import { eraseResponse } from "../responses";
import { tables } from "../store";
import { nextForm, responsesOf } from "./find-person";
import { fold } from "./person";
import { finishRequest, openPerson, RequestInput } from "./requests";

const { backups, mailMessages } = tables;

const Progress = z.object({
  after: z.string(),
  forms: z.array(z.object({ form_id: z.string(), title: z.string(), responses: z.number().int() })),
});

export interface ErasureReport {
  responses: number;
  forms: z.infer<typeof Progress>["forms"];
  mails: number;
  /** Made before this and still there: they hold what was erased until they are deleted, and a restore erases it again. */
  backups: number;
}

export const ERASE_PERSON: JobKind<RequestInput, ErasureReport> = {
  kind: "erase_person",
  queue: "work",
  input: RequestInput,
  maxAttempts: 10,
  resumes: true,
  async run(ctx, { request_id: id }, control) {
    const person = await openPerson(ctx, id);
    const done = control.saved === null ? { after: "", forms: [] } : Progress.parse(control.saved);
    for (let form = await nextForm(ctx, done.after); form !== null; form = await nextForm(ctx, form.id)) {
      const counted = done.forms.find((known) => known.form_id === form?.id) ?? { form_id: form.id, title: form.title, responses: 0 };
      for await (const page of responsesOf(ctx, form.id, person)) {
        if (!done.forms.includes(counted)) done.forms.push(counted);
        for (const response of page) {
          await eraseResponse(ctx, form.id, response.id);
          counted.responses += 1;
          await control.checkCancelled();
        }
        // What is erased is not found again: going on begins this form anew.
        await control.checkpoint(done);
        if (control.isTimeUp()) return { kind: "more" };
      }
      done.after = form.id;
      await control.checkpoint(done);
      if (control.isTimeUp()) return { kind: "more" };
    }
    const mails = await ctx.db
      .delete(mailMessages)
      .where(and(eq(mailMessages.workspaceId, ctx.workspaceId), eq(sql`lower(${mailMessages.recipient})`, fold(person.value))))
      .returning({ id: mailMessages.id });
    const report = {
      responses: done.forms.reduce((sum, { responses }) => sum + responses, 0),
      forms: done.forms,
      mails: mails.length,
      backups: await ctx.db.$count(backups, eq(backups.workspaceId, ctx.workspaceId)),
    };
    await finishRequest(ctx, id, { report });
    return { kind: "done", result: report };
  },
};
