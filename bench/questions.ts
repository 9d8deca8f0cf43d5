// `npm run bench:questions [-- --rows=100000,1000000] [--only=median,list] [--rounds=5] [--dry]`: questions of different shape, by every
// plan that can answer them and by plain SQL over the JSON, on the same answers in the same run. Plans must agree with each other and
// keep within the targets, or the bench fails. `--only` takes the questions whose names contain one of these; its results are not kept.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { explain, Stop, step } from "../tools/lib/steps.mjs";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";
import { type Ask, askerOf, besideOf, bundleWorker } from "./lib/questions/beside.ts";
import { type Filled, fill } from "./lib/questions/fill.ts";
import { type Line, round } from "./lib/questions/line.ts";
import { measure } from "./lib/questions/measure.ts";
import { print, type Report } from "./lib/questions/print.ts";
import { QUESTIONS } from "./lib/questions/questions.ts";
import { MAX_HELD_MB, TARGETS } from "./lib/questions/targets.ts";
import { workerdMb } from "./lib/workerd.ts";

const RESULT = join(import.meta.dirname, "results/questions.json");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000,1000000" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    dry: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const words = values.only.split(",").map((word) => word.trim().toLowerCase());
const questions = QUESTIONS.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word)));

const state = mkdtempSync(join(tmpdir(), "headwater-questions-"));
let headwater: Headwater | undefined;
let failed = false;
try {
  if (questions.length === 0)
    throw new Stop(`No question is called like that. There are: ${QUESTIONS.map(({ name }) => name).join("; ")}.`);
  await step("Build", build);
  const script = await step("The bench's own Worker", bundleWorker);
  const served = await step("Headwater, with its demo", () => serveHeadwater(state, { beside: (ours) => [besideOf(ours, script)] }));
  headwater = served;
  const ask = await askerOf(served.miniflare);
  const reports: Report[] = [];
  for (const rows of values.rows.split(",").map(Number)) {
    const form = await step(`${rows.toLocaleString("en")} answers`, () => fill(served, ask, rows));
    const columnsMadeInMs = await step("Columns of all of them", () => untilMade(ask, form));
    const lines: Line[] = [];
    for (const question of questions) lines.push(await step(question.name, () => measure(ask, served, form, question, rounds)));
    const memory = { heldMb: round((await stand(ask, form))?.held ?? 0, 1_000_000), rssMb: workerdMb() };
    const report = { rows, columnsMadeInMs, memory, lines };
    print(report);
    failed ||= memory.heldMb > MAX_HELD_MB || lines.some(({ complaints }) => complaints.length > 0);
    reports.push(report);
  }
  if (!values.dry && questions.length === QUESTIONS.length) keep(reports);
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

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

function keep(reports: readonly Report[]): void {
  mkdirSync(join(RESULT, ".."), { recursive: true });
  const host = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
  const targets = TARGETS.map(({ what, ms, upTo }) => ({ what, ms, upTo }));
  const kept = { date: new Date().toISOString().slice(0, 10), host, rounds, targets, reports };
  writeFileSync(RESULT, `${JSON.stringify(kept, null, 2)}\n`);
}
