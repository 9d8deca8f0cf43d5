import { sql } from "drizzle-orm";
import { prepareJob, tooManyJobs } from "../jobs";
import { assertCan, type ServiceContext } from "../shared/context";
import { seal } from "../shared/crypto";
import { newId } from "../shared/ids";
import { auditActor, auditIfChanged } from "../store/audit";
import { ERASE_PERSON } from "./erase-person";
import { EXPORT_PERSON } from "./export-person";
import { refuseEmpty } from "./find-person";
import type { Person } from "./person";
import { getPrivacyRequest, type PrivacyRequest, PURPOSE } from "./requests";

/** Neither the audit row nor the job says who it is about: they outlive the answer. */
export async function requestForPerson(ctx: ServiceContext, kind: PrivacyRequest["kind"], person: Person): Promise<PrivacyRequest> {
  assertCan(ctx, "manage");
  refuseEmpty(person);
  const now = ctx.now();
  const id = newId("privacy", now);
  const job = prepareJob(ctx, kind === "erase" ? ERASE_PERSON : EXPORT_PERSON, { request_id: id }, { priority: 5 });
  const sealed = await seal(ctx.env.APP_SECRET, PURPOSE, JSON.stringify(person));
  const actor = auditActor(ctx);
  const [, made] = await ctx.db.batch([
    job.statement,
    ctx.db.run(sql`INSERT INTO privacy_requests (id, workspace_id, kind, person, job_id, created_by, created_at)
      SELECT ${id}, ${ctx.workspaceId}, ${kind}, ${sealed}, ${job.id}, ${`${actor.kind}:${actor.id}`}, ${now} WHERE changes() > 0`),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: kind === "erase" ? "person.erasure_requested" : "person.export_requested",
      targetKind: "privacy_request",
      targetId: id,
    }),
  ]);
  if (made.meta.changes === 0) throw tooManyJobs();
  await job.wake();
  return getPrivacyRequest(ctx, id);
}
