// `npm run load -- [--users=1000] [--seconds=30] [--port=<number>] [--dry]`: the server in a process of its own, users in this one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HttpClient } from "./lib/http-client.ts";
import { KINDS, type Summary, Tally } from "./lib/load/tally.ts";
import { letUsersVisit, type Visit } from "./lib/load/users.ts";
import { ROOT } from "./lib/paths.ts";
import type { Demo } from "./lib/seed.ts";
import { explain, step } from "./lib/steps.mjs";
import { freePort, type Server, startServer } from "./lib/torture/server.ts";

const THINK_MS = [1_000, 3_000] as const;
const WARM_UP_SECONDS = 5;
const MOST_P95_MS = 100;
const LEAST_PER_SECOND = 500;
const LEAST_HIT_SHARE = 0.95;

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000" },
    seconds: { type: "string", default: "30" },
    port: { type: "string" },
    /** Measures, and writes nothing. */
    dry: { type: "boolean", default: false },
  },
});
const users = Number(values.users);
const seconds = Number(values.seconds);
const state = mkdtempSync(join(tmpdir(), "headwater-load-"));
const say = (line: string) => process.stdout.write(`    ${line}\n`);
let server: Server | undefined;
let failed = true;
try {
  const port = values.port === undefined ? await freePort() : Number(values.port);
  const serving = await step("Headwater, with its demo", () => startServer(state, port, {}));
  server = serving;
  const demo = JSON.parse(readFileSync(join(state, "demo.json"), "utf8")) as Demo;
  const http = new HttpClient(serving.origin, users);
  const measure = async (title: string, visit: Pick<Visit, "seconds" | "thinkMs">): Promise<Tally> => {
    const tally = new Tally();
    await step(title, () => letUsersVisit(http, demo, { users, seed: 1, ...visit }, tally));
    return tally;
  };

  await measure("Warm-up", { seconds: WARM_UP_SECONDS, thinkMs: THINK_MS });
  const thinking = await measure(`${users} users who think for 1–3 s, ${seconds} s`, { seconds, thinkMs: THINK_MS });
  print(thinking);
  const restless = await measure(`${users} users who do not think, ${seconds} s`, { seconds, thinkMs: null });
  print(restless);
  http.close();

  const complaints = judge(thinking, restless);
  for (const complaint of complaints) say(`✗ ${complaint}`);
  failed = complaints.length > 0;
  if (!values.dry) keep({ thinking: shares(thinking), restless: shares(restless), complaints });
} catch (error) {
  explain(error);
} finally {
  server?.signal("SIGTERM");
  await server?.ended().catch(explain);
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function judge(thinking: Tally, restless: Tally): string[] {
  const calm = thinking.summary(seconds);
  const rate = restless.summary(seconds);
  return [
    ...(calm.p95Ms < MOST_P95_MS ? [] : [`p95 of ${calm.p95Ms} ms while thinking; under ${MOST_P95_MS} is asked for`]),
    ...(rate.perSecond > LEAST_PER_SECOND ? [] : [`${rate.perSecond} requests a second; over ${LEAST_PER_SECOND} are asked for`]),
    ...(calm.errors + rate.errors === 0 ? [] : [`${calm.errors} + ${rate.errors} requests failed`]),
    ...(thinking.hitShare() > LEAST_HIT_SHARE ? [] : [`${percent(thinking.hitShare())} cache hits; over 95 % are asked for`]),
  ];
}

function print(tally: Tally): void {
  const row = (name: string, cells: (string | number)[]) => say(name.padEnd(12) + cells.map((cell) => String(cell).padStart(12)).join(""));
  const cells = ({ requests, perSecond, p50Ms, p95Ms, p99Ms, errors }: Summary) => [requests, perSecond, p50Ms, p95Ms, p99Ms, errors];
  say("");
  row("", ["requests", "a second", "p50 ms", "p95 ms", "p99 ms", "errors"]);
  for (const kind of KINDS) row(kind, cells(tally.summary(seconds, kind)));
  row("all", cells(tally.summary(seconds)));
  say(`cache       ${percent(tally.hitShare())} hits (${[...tally.caches].map(([name, n]) => `${name} ${n}`).join(", ")})`);
  for (const [complaint, times] of tally.complaints) say(`✗ ${times} × ${complaint}`);
  say(`host        ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}\n`);
}

function shares(tally: Tally) {
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, tally.summary(seconds, kind)]));
  return { ...kinds, all: tally.summary(seconds), cacheHits: Number(tally.hitShare().toFixed(4)) };
}

function keep(result: object): void {
  const folder = join(ROOT, "bench/results");
  mkdirSync(folder, { recursive: true });
  const host = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  const report = { date: new Date().toISOString().slice(0, 10), host, users, seconds, ...result };
  writeFileSync(join(folder, "load.json"), `${JSON.stringify(report, null, 2)}\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
