// The letters of one run, all written in one batch with the run's end: however often it is tried, each recipient has one.
import { eq, sql } from "drizzle-orm";
import { getForm } from "../../forms";
import { type MailAttachment, prepareMail } from "../../mail";
import type { WorkspaceContext } from "../../shared/context";
import { offsetAt } from "../../shared/wall-clock";
import { tables } from "../../store";
import { type ExportView, loadExport } from "../exports/read";
import { signFileLink } from "../files/link";
import { drawChart, shortDate } from "./chart";
import { type Figures, figuresOf } from "./figures";
import { type RunMoment, resolveFilters } from "./filters";
import type { Schedule } from "./read";
import type { Run } from "./run";
import { ScheduleOptions } from "./schemas";
import { isSuppressed, suppressedFor } from "./suppressions";
import { unsubscribeUrl } from "./unsubscribe";
import type { Span } from "./windows";

const { scheduleRuns, workspaces } = tables;

/** Most mail servers refuse more. */
const MAX_ATTACHED = 10 * 1024 * 1024;
const LINK_DAYS = 7;
const DAY_MS = 86_400_000;
const CHART = "chart";
const MAX_BARS = 14;

const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  jsonl: "application/x-ndjson",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  zip: "application/zip",
};

interface Report {
  schedule: Schedule;
  run: Run;
  moment: RunMoment;
  file: ExportView;
}

export async function sendReport(ctx: WorkspaceContext, report: Report): Promise<void> {
  const { schedule, run, file } = report;
  const suppressed = await suppressedFor(ctx, schedule.id);
  const content = await contentOf(ctx, report);
  const now = ctx.now();
  const statements: ReturnType<typeof ctx.db.run>[] = [];
  const wakes: (() => Promise<void>)[] = [];
  for (const address of schedule.recipients) {
    const reason = isSuppressed(suppressed, address) ? (suppressed.get(address.toLowerCase())?.reason ?? "manual") : null;
    const url = await unsubscribeUrl(ctx.env, { workspaceId: ctx.workspaceId, scheduleId: schedule.id, address });
    const mail =
      reason !== null
        ? null
        : await prepareMail(ctx, {
            to: address,
            template: "scheduled-report",
            workspaceId: ctx.workspaceId,
            data: { ...content.letter, unsubscribe: url },
            attachments: content.attachments,
            // RFC 8058: one click in the mail program, no page to fill in.
            headers: { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
            ifChanged: true,
          });
    statements.push(
      ctx.db.run(sql`
        INSERT INTO schedule_recipients (run_id, address, workspace_id, schedule_id, mail_id, status, detail, updated_at)
        VALUES (${run.id}, ${address}, ${ctx.workspaceId}, ${schedule.id}, ${mail?.id ?? null}, ${reason === null ? "queued" : "suppressed"},
          ${reason}, ${now}) ON CONFLICT DO NOTHING`),
    );
    if (mail !== null) {
      statements.push(mail.statement);
      wakes.push(mail.wake);
    }
  }
  const done = ctx.db.update(scheduleRuns).set({ status: "sent", rows: file.rows, finishedAt: now }).where(eq(scheduleRuns.id, run.id));
  await ctx.db.batch([done, ...statements]);
  // A row that a repeat did not write has nobody to wake; the message finds nothing and is done.
  for (const wake of wakes) await wake();
}

async function contentOf(ctx: WorkspaceContext, { schedule, moment, file }: Report) {
  const options = ScheduleOptions.parse(schedule.options);
  const resolved = resolveFilters(schedule.filters, moment);
  const [form, workspace, row, figures] = await Promise.all([
    getForm(ctx, schedule.formId),
    ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, ctx.workspaceId)).get(),
    loadExport(ctx, file.id),
    figuresOf(ctx, schedule.formId, resolved, schedule.filters, moment),
  ]);
  const chart = await drawChart(ctx, figures.days);
  const attached = options.attach !== false && row.fileKey !== null && (file.size ?? Number.POSITIVE_INFINITY) <= MAX_ATTACHED;
  const name = file.fileName ?? `report.${schedule.format}`;
  const attachments: MailAttachment[] = [
    ...(chart === null ? [] : [{ name: "chart.png", type: "image/png", cid: CHART, data: chart.data, size: chart.size }]),
    ...(attached
      ? [
          {
            name,
            type: TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
            key: row.fileKey ?? "",
            size: file.size ?? 0,
          },
        ]
      : []),
  ];
  return {
    attachments,
    letter: {
      subject: options.subject ?? schedule.name,
      name: schedule.name,
      form: form.title,
      workspace: workspace?.name ?? "Headwater",
      message: options.message ?? null,
      period: resolved.span === null ? null : periodOf(resolved.span, schedule.timezone),
      figures: figuresInWords(figures, file),
      picture: chart === null ? undefined : { cid: CHART, alt: captionOf(figures.days), width: chart.width },
      bars: barsOf(figures.days),
      file: attached
        ? { kind: "attached" as const, name }
        : {
            kind: "link" as const,
            url: await signFileLink(ctx.env, file.id, ctx.now() + LINK_DAYS * DAY_MS),
            size: sizeInWords(file.size ?? 0),
            days: LINK_DAYS,
          },
    },
  };
}

function figuresInWords({ count, before }: Figures, file: ExportView): { label: string; value: string }[] {
  const figures = [{ label: count === 1 ? "response" : "responses", value: count.toLocaleString("en") }];
  if (before !== null) {
    figures.push({ label: "in the period before", value: before.toLocaleString("en") });
    if (before > 0)
      figures.push({
        label: "change",
        value: `${count >= before ? "+" : "−"}${Math.abs(Math.round(((count - before) / before) * 100))}\u00a0%`,
      });
  } else if (file.rows !== null && file.rows !== count) figures.push({ label: "rows in the file", value: file.rows.toLocaleString("en") });
  return figures;
}

/** At most so many: a longer window is told in weeks of seven days, from its end. */
function barsOf(days: Figures["days"]): { label: string; text: string; share: number }[] {
  const size = days.length > MAX_BARS ? 7 : 1;
  const groups: { label: string; count: number }[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const part = days.slice(Math.max(0, end - size), end);
    const [first, last] = [part[0]?.date ?? "", part.at(-1)?.date ?? ""];
    groups.unshift({
      label: first === last ? shortDate(first) : `${shortDate(first)} – ${shortDate(last)}`,
      count: part.reduce((sum, { count }) => sum + count, 0),
    });
  }
  const most = Math.max(1, ...groups.map(({ count }) => count));
  return groups.map(({ label, count }) => ({ label, text: count.toLocaleString("en"), share: count / most }));
}

function captionOf(days: Figures["days"]): string {
  const best = days.reduce((a, b) => (b.count > a.count ? b : a), { date: "", count: -1 });
  return `Responses each day; most, ${best.count}, on ${shortDate(best.date)}.`;
}

function periodOf({ from, to }: Span, timezone: string): string {
  const [first, last] = [dateThere(from, timezone), dateThere(to - 1, timezone)];
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}

function dateThere(instant: number, timezone: string): string {
  const there = new Date(instant + offsetAt(instant, timezone));
  return there.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

function sizeInWords(bytes: number): string {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1_024))} KB`;
}
