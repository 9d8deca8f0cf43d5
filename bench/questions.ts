// `npm run bench:questions [-- --rows=100000,1000000] [--rounds=5] [--dry]`: questions of different shape, by every plan that can answer
// them and by plain SQL over the JSON, on the same answers in the same run. Plans must agree with each other, or the bench fails.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build as bundle } from "esbuild";
import { build } from "../tools/lib/build.ts";
import type { ServedWorker } from "../tools/lib/serve.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";
import { type Filled, fill } from "./lib/questions/fill.ts";
import type { BenchOrder, ForcedPlan, PlanReply } from "./lib/questions/order.ts";
import { QUESTIONS } from "./lib/questions/questions.ts";
import { median } from "./lib/report.ts";
import { workerdCpuMs, workerdMb } from "./lib/workerd.ts";

/** Columns at a million; the scan at a hundred thousand; counters wherever they can answer. */
const TARGETS_MS = { counters: 10, columns: 100, scan: 150 };
const MAX_HELD_MB = 64;
const RESULT = join(import.meta.dirname, "results/questions.json");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000,1000000" },
    rounds: { type: "string", default: "5" },
    dry: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);

type Ask = <T>(order: BenchOrder) => Promise<T>;

interface Timing {
  coldMs: number;
  warmMs: number;
  /** Of the server's processor for one question, warm. A busy host does not stretch it, so it is what the targets are held against there. */
  cpuMs: number;
  rowsRead: number | null;
}

interface Line {
  question: string;
  /** What Headwater chooses by itself, over its API. */
  asked: { plan: string; ms: number };
  plans: Record<string, Timing>;
  complaints: string[];
}

const state = mkdtempSync(join(tmpdir(), "headwater-questions-"));
let headwater: Headwater | undefined;
let failed = false;
try {
  await step("Build", build);
  const script = await step("The bench's own Worker", bundleWorker);
  const served = await step("Headwater, with its demo", () => serveHeadwater(state, { beside: (ours) => [besideOf(ours, script)] }));
  headwater = served;
  const beside = await served.miniflare.getWorker("bench");
  const ask: Ask = async <T>(order: BenchOrder) => {
    const reply = await beside.fetch("http://bench/", { method: "POST", body: JSON.stringify(order) });
    if (!reply.ok) throw new Error(`The bench's Worker: ${reply.status} ${(await reply.text()).slice(0, 2_000)}`);
    return (await reply.json()) as T;
  };
  const reports = [];
  for (const rows of values.rows.split(",").map(Number)) {
    const form = await step(`${rows.toLocaleString("en")} answers`, () => fill(served, ask, rows));
    const made = await step("Columns of all of them", () => untilMade(ask, form));
    const lines: Line[] = [];
    for (const question of QUESTIONS) lines.push(await step(question.name, () => measure(ask, served, form, question)));
    const memory = { heldMb: round((await stand(ask, form))?.held ?? 0, 1_000_000), rssMb: workerdMb() };
    print(rows, made, lines, memory);
    if (memory.heldMb > MAX_HELD_MB) lines[0]?.complaints.push(`${memory.heldMb} MB of columns in memory`);
    failed ||= lines.some(({ complaints }) => complaints.length > 0);
    reports.push({ rows, columnsMadeInMs: made, memory, lines });
  }
  if (!values.dry) {
    mkdirSync(join(RESULT, ".."), { recursive: true });
    const host = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
    writeFileSync(
      RESULT,
      `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), host, rounds, targetsMs: TARGETS_MS, reports }, null, 2)}\n`,
    );
  }
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function bundleWorker(): Promise<string> {
  const made = await bundle({
    entryPoints: [join(import.meta.dirname, "worker/questions.ts")],
    ...{ bundle: true, write: false, format: "esm", target: "es2024", conditions: ["workerd", "worker"], mainFields: ["module", "main"] },
    ...{ external: ["cloudflare:*", "node:*"], loader: { ".html": "text", ".css": "text", ".wasm": "empty" }, logLevel: "error" },
  });
  return made.outputFiles[0]?.text ?? "";
}

function besideOf(ours: ServedWorker, contents: string): ServedWorker {
  const { compatibilityDate, compatibilityFlags, bindings, d1Databases, kvNamespaces } = ours;
  return {
    ...{ name: "bench", modules: [{ type: "ESModule", path: "bench.js", contents }], modulesRoot: "/" },
    ...{ compatibilityDate, compatibilityFlags, bindings, d1Databases, kvNamespaces },
    durableObjects: Object.fromEntries(
      [
        ["LEDGER", "FormLedger"],
        ["COLUMNS", "FormColumns"],
      ].map(([name, className]) => [name, { className, scriptName: "headwater", useSQLite: true }]),
    ),
  };
}

function stand(ask: Ask, { formId, workspaceId, position }: Filled) {
  return ask<{ rows: number; tail: number; held: number } | null>({ do: "stand", formId, workspaceId, position });
}

/** The follower would have heard of each range; here one question tells it that there is much to do. */
async function untilMade(ask: Ask, form: Filled): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const standing = await stand(ask, form);
    if (standing !== null && standing.tail < 8_192) return Math.round(performance.now() - startedAt);
    await new Promise((done) => setTimeout(done, 250));
  }
}

async function measure(ask: Ask, served: Headwater, form: Filled, question: (typeof QUESTIONS)[number]): Promise<Line> {
  const plans: Record<string, Timing> = {};
  const complaints: string[] = [];
  const answers: [plan: string, answer: string][] = [];
  for (const plan of ["counters", "columns", "scan"] as const) {
    const times: number[] = [];
    let reply: PlanReply | null = null;
    let cpuBefore = 0;
    for (let i = 0; i <= (plan === "scan" ? Math.min(2, rounds) : rounds); i++) {
      if (i === 1) cpuBefore = workerdCpuMs();
      const at = performance.now();
      reply = await ask<PlanReply>({ do: "plan", plan, ...form, query: question.query }).catch(() => null);
      times.push(performance.now() - at);
      if (reply === null || reply.result === null) break;
    }
    if (reply === null || reply.result === null) continue;
    const name = plan === "counters" ? reply.plan : plan;
    const [cold = 0, ...warm] = times;
    const cpuMs = round((workerdCpuMs() - cpuBefore) / Math.max(1, warm.length));
    plans[name] = { coldMs: round(cold), warmMs: round(median(warm)), cpuMs, rowsRead: reply.result.scannedRows };
    answers.push([name, rounded(reply.result.rows)]);
    // A host that others keep busy makes everything wait; then the processor's time is what can be compared.
    const ms = Math.min(plans[name].warmMs, cpuMs);
    if (misses(plan, form.rows, ms)) complaints.push(`${name} takes ${ms} ms; at most ${TARGETS_MS[plan]} is asked for`);
  }
  for (const [name, answer] of answers) if (answer !== answers[0]?.[1]) complaints.push(`${name} does not agree with ${answers[0]?.[0]}`);
  const sql: number[] = [];
  let read = 0;
  let cpuBefore = 0;
  for (let i = 0; i < 2; i++) {
    cpuBefore = workerdCpuMs();
    const at = performance.now();
    ({ read } = await ask<{ read: number }>({ do: "sql", sql: question.sql, values: [form.formId] }));
    sql.push(performance.now() - at);
  }
  plans["plain SQL"] = { coldMs: round(sql[0] ?? 0), warmMs: round(sql[1] ?? 0), cpuMs: round(workerdCpuMs() - cpuBefore), rowsRead: read };
  return { question: question.name, asked: await askApi(served, form, question.query), plans, complaints };
}

function misses(plan: ForcedPlan, rows: number, ms: number): boolean {
  if (plan === "scan" && rows > 100_000) return false;
  return ms > TARGETS_MS[plan];
}

/** As a client asks; another limit each time, so that nothing comes from the cache. */
async function askApi({ url, demo }: Headwater, { formId }: Filled, query: object): Promise<Line["asked"]> {
  const times: number[] = [];
  let plan = "";
  for (let i = 0; i < rounds; i++) {
    const at = performance.now();
    const reply = await fetch(`${url}/api/v2/analytics/forms/${formId}/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${demo.api_key}` },
      body: JSON.stringify({ ...query, limit: 999 - i }),
    });
    const { meta } = (await reply.json()) as { meta: { plan: string } };
    times.push(performance.now() - at);
    plan = meta.plan;
  }
  return { plan, ms: round(median(times)) };
}

function rounded(rows: PlanReply["result"] extends infer R | null ? (R extends { rows: infer T } ? T : never) : never): string {
  return JSON.stringify(rows.map(({ group, value }) => [group, typeof value === "number" ? Number(value.toPrecision(10)) : value]));
}

function print(rows: number, madeMs: number, lines: readonly Line[], memory: { heldMb: number; rssMb: number }): void {
  const names = ["live", "rollup", "columns", "scan", "plain SQL"];
  const row = (cells: (string | number)[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(42) : String(cell).padStart(24))).join("")}`;
  const cell = (timing: Timing | undefined) =>
    timing === undefined ? "" : `${timing.warmMs} / ${timing.cpuMs} (${short(timing.rowsRead ?? 0)})`;
  const head = `\n${rows.toLocaleString("en")} answers; columns made in ${(madeMs / 1_000).toFixed(1)} s; ${memory.heldMb} MB of arrays held, ${memory.rssMb} MB the whole server`;
  const text = [
    head,
    "  Milliseconds at the median, warm / of the processor (rows read).",
    row(["", "over the API", ...names]),
    ...lines.flatMap(({ question, asked, plans, complaints }) => [
      row([question, `${asked.ms} ${asked.plan}`, ...names.map((name) => cell(plans[name]))]),
      ...complaints.map((complaint) => `    ✗ ${complaint}`),
    ]),
    row(["first time, nothing in memory", "", ...names.map((name) => Math.max(0, ...lines.map(({ plans }) => plans[name]?.coldMs ?? 0)))]),
  ];
  process.stdout.write(`${text.join("\n")}\n\n`);
}

function short(count: number): string {
  return count >= 1_000_000 ? `${round(count, 1_000_000)}M` : count >= 1_000 ? `${round(count, 1_000)}k` : String(count);
}

function round(value: number, unit = 1): number {
  return Number((value / unit).toFixed(1));
}
