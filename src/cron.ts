// What runs by the clock. Each task is on its own: one that fails is logged, and the others still run.
import { forgetExpiredAccess } from "./accounts";
import { forgetOldAlerts } from "./alerts";
import { checkDueForms, continueTraining, openTraining } from "./analytics";
import { forgetOldJobs, wakeOverdueJobs } from "./jobs";
import { forgetOldMail, wakeOverdueMail } from "./mail";
import { forgetOldRuns, runSchedules, wakeOverdueRuns } from "./plugins";
import { forgetPersonExports, startRetention } from "./privacy";
import { deleteExpiredFiles, forgetImportFiles, runDueSchedules, settleRecipients } from "./reports";
import { wakeOverdueRanges } from "./responses";
import type { ServiceContext } from "./shared/context";
import { newId } from "./shared/ids";
import { describeError } from "./shared/log";
import { counter } from "./shared/metrics";
import { flushMetricsSometimes } from "./shared/metrics-flush";
import { backgroundContext } from "./store/background-context";
import { forgetOldKeys } from "./store/idempotency";
import { observeReplicas } from "./store/replicas";
import { expireUploads, scanPending } from "./uploads";
import { forgetOldDeliveries, wakeOverdueDeliveries } from "./webhooks";

interface CronTask {
  name: string;
  run(ctx: ServiceContext): Promise<unknown>;
}

/** The expressions are those of `[triggers]` in wrangler.toml. */
const TASKS: Record<string, CronTask[]> = {
  "* * * * *": [
    { name: "wake overdue mail", run: wakeOverdueMail },
    { name: "wake overdue events", run: wakeOverdueRanges },
    { name: "wake overdue deliveries", run: wakeOverdueDeliveries },
    { name: "wake overdue jobs", run: wakeOverdueJobs },
    { name: "delete expired files", run: deleteExpiredFiles },
    { name: "run plugins by their schedule", run: runSchedules },
    { name: "wake overdue runs of plugins", run: wakeOverdueRuns },
    { name: "train forecasts", run: continueTraining },
    { name: "judge what is due for anomalies", run: (ctx) => checkDueForms(ctx) },
    { name: "scan uploads", run: (ctx) => scanPending(ctx) },
    { name: "observe replicas", run: observeReplicas },
  ],
  "*/15 * * * *": [
    { name: "run due schedules", run: runDueSchedules },
    { name: "settle recipients of reports", run: settleRecipients },
  ],
  "0 2 * * SUN": [{ name: "open the weekly training of forecasts", run: openTraining }],
  "17 3 * * *": [
    { name: "forget old mail", run: forgetOldMail },
    { name: "forget old alerts", run: forgetOldAlerts },
    { name: "forget old deliveries", run: forgetOldDeliveries },
    { name: "forget expired access", run: forgetExpiredAccess },
    { name: "forget old idempotency keys", run: forgetOldKeys },
    { name: "erase what is kept no longer", run: startRetention },
    { name: "forget exports of persons", run: forgetPersonExports },
    { name: "forget files of imports", run: forgetImportFiles },
    { name: "forget uploads nobody submitted", run: expireUploads },
    { name: "forget old jobs", run: forgetOldJobs },
    { name: "forget old runs of plugins", run: forgetOldRuns },
  ],
};

const runs = counter("headwater_cron_tasks_total", "Tasks run by the clock.", ["task", "outcome"]);

export async function runCron(controller: ScheduledController, env: Env, execution: ExecutionContext): Promise<void> {
  const tasks = TASKS[controller.cron];
  if (tasks === undefined) throw new Error(`No task for the cron "${controller.cron}"`);
  const ctx = backgroundContext(env, execution, newId("request"));
  const results = await Promise.allSettled(tasks.map((task) => task.run(ctx)));
  results.forEach((result, i) => {
    runs.add(1, tasks[i]?.name ?? "", result.status === "fulfilled" ? "done" : "failed");
    if (result.status === "rejected") ctx.log.error("cron task failed", { task: tasks[i]?.name, ...describeError(result.reason) });
  });
  flushMetricsSometimes(ctx);
}
