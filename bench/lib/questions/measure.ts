// One question by every plan that can answer it, by plain SQL, and over the API as a client asks.
import type { Headwater } from "../headwater.ts";
import { median } from "../report.ts";
import { workerdCpuMs } from "../workerd.ts";
import type { Ask } from "./beside.ts";
import type { Filled } from "./fill.ts";
import { heldTo, type Line, round, type Timing } from "./line.ts";
import type { PlanReply } from "./order.ts";
import type { Question } from "./questions.ts";
import { misses } from "./targets.ts";

/** Each scan of a million takes a second. */
const MANY_ROWS = 200_000;
const SCANS_OF_MANY = 2;

export async function measure(ask: Ask, served: Headwater, form: Filled, question: Question, rounds: number): Promise<Line> {
  const line: Line = { question: question.name, asked: { plan: "", ms: 0 }, plans: {}, refused: {}, complaints: [] };
  const answers: [plan: string, answer: string][] = [];
  for (const plan of ["counters", "columns", "scan"] as const) {
    let last: PlanReply | undefined;
    const timing = await timed(plan === "scan" && form.rows > MANY_ROWS ? Math.min(SCANS_OF_MANY, rounds) : rounds, async () => {
      last = await ask<PlanReply>({ do: "plan", plan, ...form, query: question.query });
      return "result" in last && last.result !== null;
    });
    if (last === undefined) continue;
    if ("refused" in last) line.refused[plan] = last.refused;
    else if (last.result !== null) {
      const name = plan === "counters" ? last.plan : plan;
      line.plans[name] = { ...timing, rowsRead: last.result.scannedRows };
      answers.push([name, rounded(last.result.rows)]);
    }
  }
  for (const [name, timing] of Object.entries(line.plans)) {
    const target = misses(name, form.rows, timing);
    if (target !== null) line.complaints.push(`${name} takes ${heldTo(timing)} ms; at most ${target} is asked for`);
  }
  const [first, ...others] = answers;
  for (const [name, answer] of others) if (answer !== first?.[1]) line.complaints.push(`${name} does not agree with ${first?.[0]}`);
  let read = 0;
  const sql = await timed(1, async () => {
    ({ read } = await ask<{ read: number }>({ do: "sql", sql: question.sql, values: [form.formId] }));
    return true;
  });
  line.plans["plain SQL"] = { ...sql, rowsRead: read };
  line.asked = await askApi(served, form, question.query, rounds);
  return line;
}

/** Once cold, then so many times warm; false says that there is nothing to go on with. */
async function timed(rounds: number, once: () => Promise<boolean>): Promise<Omit<Timing, "rowsRead">> {
  const times: number[] = [];
  let cpuBefore = 0;
  for (let i = 0; i <= rounds; i++) {
    if (i === 1) cpuBefore = workerdCpuMs();
    const at = performance.now();
    const goesOn = await once();
    times.push(performance.now() - at);
    if (!goesOn) break;
  }
  const [cold = 0, ...warm] = times;
  return { coldMs: round(cold), warmMs: round(median(warm)), cpuMs: round((workerdCpuMs() - cpuBefore) / Math.max(1, warm.length)) };
}

/** Another limit each time, so that nothing comes from the cache. */
async function askApi({ url, demo }: Headwater, { formId }: Filled, query: object, rounds: number): Promise<Line["asked"]> {
  const times: number[] = [];
  let plan = "";
  for (let i = 0; i < rounds; i++) {
    const at = performance.now();
    const reply = await fetch(`${url}/api/v2/analytics/forms/${formId}/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${demo.api_key}` },
      body: JSON.stringify({ ...query, limit: 999 - i }),
    });
    if (!reply.ok) throw new Error(`The API: ${reply.status} ${await reply.text()}`);
    const { meta } = (await reply.json()) as { meta: { plan: string } };
    times.push(performance.now() - at);
    plan = meta.plan;
  }
  return { plan, ms: round(median(times)) };
}

function rounded(rows: readonly { group: unknown[]; value: unknown }[]): string {
  return JSON.stringify(rows.map(({ group, value }) => [group, typeof value === "number" ? Number(value.toPrecision(10)) : value]));
}
