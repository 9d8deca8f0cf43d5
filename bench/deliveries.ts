// `npm run bench:deliveries [-- --events=1500] [--seconds=15] [--rate=10] [--dry]`: how fast webhooks are delivered to a sink on this
// machine, and whether a dead endpoint is felt by nine that are well. Measured against a bare Worker that sends the same bodies to
// the same sink, six at a time as a lane does, and does nothing else: no store, no signature, no record.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { build } from "../tools/lib/build.ts";
import { explain, step } from "../tools/lib/steps.mjs";
import { type Headwater, serveHeadwater } from "./lib/headwater.ts";

const RESULT = join(import.meta.dirname, "results/deliveries.json");
const ENDPOINTS = 10;
const SLOTS = 6;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1500" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "15" },
    rate: { type: "string", default: "10" },
    dry: { type: "boolean", default: false },
  },
});
const events = Number(values.events);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const rate = Number(values.rate);

interface Sink {
  origin: string;
  server: Server;
  /** Milliseconds before an answer, by the first part of the path; null: none ever. */
  delays: Map<string, number | null>;
  hits: { path: string; at: number; seq: number }[];
}

const state = mkdtempSync(join(tmpdir(), "headwater-deliveries-"));
let headwater: Headwater | undefined;
let bare: Miniflare | undefined;
const sink = await openSink();
let failed = false;
try {
  await step("Build", build);
  const served = await step("Headwater, with its demo", () => serveHeadwater(state));
  headwater = served;
  bare = await bareSender();
  const ask = asker(served);
  const formId = await step(`${events} responses`, () => fill(ask));
  const speed = { "0 ms": await speedOf(ask, formId, 0), "50 ms": await speedOf(ask, formId, 50) };
  const latency = await step(`${rate} responses a second to ${ENDPOINTS} endpoints, one of them dead or not`, () => besideADeadOne(ask));
  const report = {
    date: new Date().toISOString().slice(0, 10),
    host: { cpu: cpus()[0]?.model, cores: cpus().length },
    conditions: { events, rounds, seconds, rate, slots: SLOTS },
    deliveriesPerSecond: speed,
    healthyLatency: latency,
  };
  process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
  if (!values.dry) {
    mkdirSync(join(import.meta.dirname, "results"), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(report, null, 2)}\n`);
  }
} catch (error) {
  explain(error);
  failed = true;
} finally {
  await headwater?.stop();
  await bare?.dispose();
  sink.server.closeAllConnections();
  sink.server.close();
  rmSync(state, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

type Ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => Promise<T>;

function asker({ url, demo }: Headwater): Ask {
  return async (method, path, body) => {
    const reply = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${demo.api_key}`, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return reply.status === 204 ? null : await reply.json();
  };
}

async function makeForm(ask: Ask): Promise<string> {
  const schema = { fields: [{ name: "n", type: "number", label: "N" }] };
  const { id } = await ask<{ id: string }>("POST", "/api/v1/forms", { title: "Deliveries", schema });
  await ask("POST", `/api/v1/forms/${id}/publish`);
  return id;
}

function submit(ask: Ask, formId: string, n: number): Promise<{ seq: number }> {
  return ask("POST", `/api/v1/forms/${formId}/responses`, { data: { n } });
}

async function fill(ask: Ask): Promise<string> {
  const formId = await makeForm(ask);
  let next = 0;
  const client = async () => {
    while (next < events) await submit(ask, formId, next++);
  };
  await Promise.all(Array.from({ length: 16 }, client));
  return formId;
}

/** The whole past of a form to a new endpoint, beside the same number of bodies from the bare Worker; alternating. */
async function speedOf(ask: Ask, formId: string, delayMs: number) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const path = `/speed-${delayMs}-${round}`;
    sink.delays.set(path, delayMs);
    await step(`${events} deliveries, ${delayMs} ms each, round ${round + 1}`, async () => {
      const { id } = await ask<{ id: string }>("POST", "/api/v2/webhooks", {
        url: sink.origin + path,
        form_id: formId,
        events: ["response.submitted"],
      });
      ours.push(await perSecond(path, () => ask("POST", `/api/v2/webhooks/${id}/replay`, { form_id: formId, from_seq: 1 })));
      await ask("DELETE", `/api/v2/webhooks/${id}`);
      theirs.push(
        await perSecond(path, () => bare?.dispatchFetch(`http://bare/?to=${encodeURIComponent(sink.origin + path)}&times=${events}`)),
      );
    });
  }
  const [headwaterMedian, bareMedian] = [median(ours), median(theirs)];
  return { headwater: Math.round(headwaterMedian), bare: Math.round(bareMedian), ratio: round2(headwaterMedian / bareMedian) };
}

async function perSecond(path: string, begin: () => Promise<unknown> | undefined): Promise<number> {
  const before = countOf(path);
  const startedAt = performance.now();
  const started = begin();
  while (countOf(path) - before < events) {
    if (performance.now() - startedAt > 120_000) throw new Error(`${path}: ${countOf(path) - before} of ${events} within two minutes`);
    await sleep(5);
  }
  const elapsed = performance.now() - startedAt;
  await started;
  return events / (elapsed / 1_000);
}

/** From the submit's answer to its arrival at each endpoint that is well: all ten well, then one of them hanging for ever. */
async function besideADeadOne(ask: Ask) {
  const formId = await makeForm(ask);
  const ids: string[] = [];
  for (let i = 0; i < ENDPOINTS; i++) {
    sink.delays.set(`/ten-${i}`, 0);
    ids.push(
      (
        await ask<{ id: string }>("POST", "/api/v2/webhooks", {
          url: `${sink.origin}/ten-${i}`,
          form_id: formId,
          events: ["response.submitted"],
        })
      ).id,
    );
  }
  await latencies(ask, formId, 3);
  const allWell = await latencies(ask, formId, seconds);
  sink.delays.set("/ten-9", null);
  const oneDead = await latencies(ask, formId, seconds);
  for (const id of ids) await ask("DELETE", `/api/v2/webhooks/${id}`);
  return { allWell, oneDead, ratio: { p50: round2(oneDead.p50Ms / allWell.p50Ms), p95: round2(oneDead.p95Ms / allWell.p95Ms) } };
}

async function latencies(ask: Ask, formId: string, forSeconds: number) {
  const from = sink.hits.length;
  const sentAt = new Map<number, number>();
  const pending: Promise<unknown>[] = [];
  for (let i = 0; i < forSeconds * rate; i++) {
    pending.push(submit(ask, formId, i).then(({ seq }) => sentAt.set(seq, performance.now())));
    await sleep(1_000 / rate);
  }
  await Promise.all(pending);
  const wanted = sentAt.size * (ENDPOINTS - 1);
  const arrived = () => sink.hits.slice(from).filter(({ path, seq }) => sentAt.has(seq) && path !== `/ten-${ENDPOINTS - 1}`);
  const deadline = performance.now() + 60_000;
  while (arrived().length < wanted) {
    if (performance.now() > deadline) throw new Error(`${arrived().length} of ${wanted} arrived`);
    await sleep(50);
  }
  const waits = arrived()
    .map(({ at, seq }) => at - (sentAt.get(seq) ?? at))
    .sort((a, b) => a - b);
  if (waits.length !== wanted) throw new Error(`${waits.length} deliveries arrived at healthy endpoints; ${wanted} were due`);
  return {
    deliveries: waits.length,
    p50Ms: Math.round(waits[Math.floor(waits.length * 0.5)] ?? 0),
    p95Ms: Math.round(waits[Math.floor(waits.length * 0.95)] ?? 0),
  };
}

async function openSink(): Promise<Sink> {
  const delays = new Map<string, number | null>();
  const hits: Sink["hits"] = [];
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? "";
    hits.push({
      path,
      at: performance.now(),
      seq: (JSON.parse(Buffer.concat(chunks).toString("utf8")) as { form_seq?: number }).form_seq ?? 0,
    });
    const delay = delays.get(path) ?? (delays.has(path) ? null : 0);
    if (delay === null) return;
    if (delay > 0) await sleep(delay);
    reply.writeHead(204).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, server, delays, hits };
}

function countOf(path: string): number {
  let count = 0;
  for (const hit of sink.hits) if (hit.path === path) count += 1;
  return count;
}

async function bareSender(): Promise<Miniflare> {
  const script = `export default { async fetch(request) {
    const { searchParams } = new URL(request.url);
    const [to, body] = [searchParams.get("to"), JSON.stringify({ id: "evt_x", data: { n: 1 } })];
    let left = Number(searchParams.get("times"));
    const send = async () => { while (left-- > 0) await (await fetch(to, { method: "POST", body, headers: { "Content-Type": "application/json" } })).text(); };
    await Promise.all(Array.from({ length: ${SLOTS} }, send));
    return new Response("done");
  } };`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "bare",
          compatibilityDate: "2026-11-01",
          modules: [{ type: "ESModule", path: "index.js", contents: script }],
          modulesRoot: "/",
        },
      ],
    }),
  );
  await miniflare.ready;
  return miniflare;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function round2(number: number): number {
  return Math.round(number * 100) / 100;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
