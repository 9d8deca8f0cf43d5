// `npm run bench:plugins [-- --rounds=5] [--seconds=2] [--dry]`: what plugins cost. Runs a second in each mode, and what a validator adds
// to a submission, each against the same server without, in alternating rounds; medians, and ratios within the run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/lib/build.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";

const RESULT = join(import.meta.dirname, "results/plugins.json");
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    dry: { type: "boolean", default: false },
  },
});
const CONNECTIONS = 8;

const HOOK = `export default class extends FormPlugin {
  onResponseSubmitted(response, ctx) {
    let words = 0;
    for (const word of String(response.data.comment).split(" ")) if (word.length > 3) words++;
    ctx.log(words);
  }
}`;
const VALIDATOR = `const UNWELCOME = new Set(["darn", "heck"]);
export default class extends FormPlugin {
  validate(submission) {
    for (const word of submission.data.comment.toLowerCase().split(" ")) {
      if (UNWELCOME.has(word)) return { errors: [{ field: "comment", message: "No." }] };
    }
  }
}`;
const COMMENT = "It was good, thank you very much for asking, and we shall come again.";

interface Subject {
  name: string;
  path: string;
  body: unknown;
  keyed: boolean;
}
interface Measured {
  name: string;
  perSecond: number;
  p50Ms: number;
  p95Ms: number;
  failures: number;
}

const state = mkdtempSync(join(tmpdir(), "headwater-plugins-"));
let headwater: Headwater | undefined;
let failed = false;
try {
  await step("Build", build);
  headwater = await step("Headwater", () => serveHeadwater(state));
  const served = headwater;
  const subjects = await step("Forms and plugins", () => prepare(served));
  const rounds = new Map<string, Measured[]>(subjects.map(({ name }) => [name, []]));
  await step(`${values.rounds} rounds`, async () => {
    for (let round = 0; round <= Number(values.rounds); round++) {
      for (const subject of subjects) {
        const measured = await measure(served, subject, Number(values.seconds) * 1_000);
        // The first round warms up, and counts for nothing.
        if (round > 0) rounds.get(subject.name)?.push(measured);
      }
    }
  });
  const results = [...rounds].map(([name, all]) => ({
    name,
    perSecond: Math.round(median(all.map((one) => one.perSecond))),
    p50Ms: median(all.map((one) => one.p50Ms)),
    p95Ms: median(all.map((one) => one.p95Ms)),
    failures: all.reduce((sum, one) => sum + one.failures, 0),
  }));
  const of = (name: string) => results.find((result) => result.name === name) ?? { perSecond: Number.NaN, p50Ms: Number.NaN };
  const ratio = (a: string, b: string) => Number((of(a).perSecond / of(b).perSecond).toFixed(2));
  const added = (name: string) => Number((of(name).p50Ms - of("submit").p50Ms).toFixed(1));
  const report = {
    date: new Date().toISOString().slice(0, 10),
    host: { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] },
    conditions: { connections: CONNECTIONS, rounds: Number(values.rounds), seconds: Number(values.seconds) },
    results,
    ratios: {
      "metered runs / bare reply": ratio("run metered", "health"),
      "strict runs / bare reply": ratio("run strict", "health"),
      "strict runs / metered runs": ratio("run strict", "run metered"),
      "submit with a metered validator / without": ratio("submit, metered validator", "submit"),
      "submit with a strict validator / without": ratio("submit, strict validator", "submit"),
    },
    added_p50_ms: { "metered validator": added("submit, metered validator"), "strict validator": added("submit, strict validator") },
  };
  process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
  failed = results.some(({ failures }) => failures > 0);
  if (!values.dry && !failed) {
    mkdirSync(join(RESULT, ".."), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(report, null, 2)}\n`);
  }
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function prepare({ url, demo }: Headwater): Promise<Subject[]> {
  const post = async (path: string, body: unknown): Promise<{ id: string }> => {
    const headers = { Authorization: `Bearer ${demo.api_key}`, "Content-Type": "application/json" };
    const reply = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as { id: string };
  };
  const form = async (title: string): Promise<string> => {
    const { id } = await post("/api/v1/forms", { title, schema: { fields: [{ name: "comment", type: "long_text", label: "Comment" }] } });
    await post(`/api/v1/forms/${id}/publish`, {});
    return id;
  };
  const submit = (name: string, id: string): Subject => ({
    name,
    path: `/api/v1/forms/${id}/responses`,
    body: { data: { comment: COMMENT } },
    keyed: false,
  });
  const subjects: Subject[] = [{ name: "health", path: "/health/live", body: null, keyed: false }, submit("submit", await form("Plain"))];
  for (const mode of ["metered", "strict"]) {
    const id = await form(mode);
    await post("/api/v2/plugins", { name: mode, source: VALIDATOR, mode, events: [], form_id: id });
    subjects.push(submit(`submit, ${mode} validator`, id));
    const plugin = await post("/api/v2/plugins", { name: mode, source: HOOK, mode, events: [], form_id: id });
    const event = { type: "response.submitted", data: { id: "rsp_1", data: { comment: COMMENT } } };
    subjects.push({ name: `run ${mode}`, path: `/api/v2/plugins/${plugin.id}/test`, body: { event }, keyed: true });
  }
  return subjects;
}

async function measure({ url, demo }: Headwater, { name, path, body, keyed }: Subject, ms: number): Promise<Measured> {
  const times: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const one = async () => {
    while (performance.now() - startedAt < ms) {
      const asked = performance.now();
      const reply = await fetch(`${url}${path}`, {
        method: body === null ? "GET" : "POST",
        headers: { "Content-Type": "application/json", ...(keyed ? { Authorization: `Bearer ${demo.api_key}` } : {}) },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      times.push(performance.now() - asked);
      if (!reply.ok || (name.startsWith("run") && !text.includes('"outcome":"ok"'))) failures++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(1));
  return { name, perSecond: times.length / ((performance.now() - startedAt) / 1_000), p50Ms: at(0.5), p95Ms: at(0.95), failures };
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
