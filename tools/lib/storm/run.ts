// Thousands of events, endpoints that misbehave, and a server that is killed meanwhile. In the end every event has reached every
// endpoint or lies among its dead letters. What waits for minutes is not waited for: while the server is down its rows are told
// that their time has come, which is what a clock would do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HttpClient } from "../http-client.ts";
import type { Demo } from "../seed.ts";
import { Random } from "../torture/random.ts";
import { freePort, type Server, startServer } from "../torture/server.ts";
import { storeFile } from "../torture/store-files.ts";
import { type Endpoint, flaky, isDoomed, type Receiver, startReceiver } from "./receiver.ts";

export interface StormOptions {
  state: string;
  events: number;
  kills: number;
  healthy: number;
  seed: number;
  clients: number;
  /** How many of the misdeeds that take ten seconds are done. */
  slowShare: number;
  say?: (line: string) => void;
}

export interface StormReport {
  accepted: number;
  kills: number;
  attempts: number;
  dead: number;
  /** Deliveries that a healthy endpoint was sent more than once. */
  repeats: number;
  violations: string[];
}

const NO_PROGRESS_MS = 120_000;
const SCHEDULE_MS = [0, 1_000, 5_000, 30_000, 300_000, 1_800_000];
/** Clocks of two processes; the sender notes the end of an attempt, the receiver its beginning. */
const SLACK_MS = 50;

interface Pending {
  pending: number;
  soon: number;
}

export async function storm(options: StormOptions): Promise<StormReport> {
  const { state, say = () => {} } = options;
  const random = new Random(options.seed);
  const receiver = await startReceiver();
  const port = await freePort();
  let server: Server | undefined;
  try {
    server = await startServer(state, port);
    const demo = JSON.parse(readFileSync(join(state, "demo.json"), "utf8")) as Demo;
    const http = new HttpClient(server.origin, options.clients);
    const formId = await makeForm(http, demo);
    const { good, bad, badId } = await makeEndpoints(http, demo, formId, receiver, options, random);
    http.close();
    const accepted: string[] = [];
    let kills = 0;
    while (accepted.length < options.events || kills < options.kills) {
      const left = Math.max(0, options.events - accepted.length);
      const part = Math.ceil(left / (options.kills - kills + 1));
      await submit(server, formId, part, options.clients, accepted);
      if (kills >= options.kills) continue;
      await sleep(random.between(50, 1_500));
      await die(server);
      receiver.forgetOpen();
      kills += 1;
      say(`kill ${kills}: ${accepted.length} accepted, ${sum([...good, bad].map(({ hits }) => hits.length))} attempts seen`);
      server = await startServer(state, port);
    }
    say("waiting for what is due soon");
    for (;;) {
      const { pending } = await drain(join(state, "stores"));
      if (pending === 0) break;
      await die(server);
      receiver.forgetOpen();
      say(`${pending} wait for minutes: their time has come`);
      warp(join(state, "stores"));
      server = await startServer(state, port);
      const again = new HttpClient(server.origin, 1);
      await ask(again, demo, "POST", `/api/v2/webhooks/${badId}/resume`);
      again.close();
    }
    await die(server);
    server = undefined;
    return judge(join(state, "stores"), { accepted, kills, good, bad });
  } finally {
    if (server !== undefined) await die(server);
    await receiver.stop();
  }
}

async function makeForm(http: HttpClient, demo: Demo): Promise<string> {
  const schema = { fields: [{ name: "n", type: "number", label: "N" }] };
  const { id } = await ask<{ id: string }>(http, demo, "POST", "/api/v1/forms", { title: "Storm", schema });
  await ask(http, demo, "POST", `/api/v1/forms/${id}/publish`);
  return id;
}

async function makeEndpoints(http: HttpClient, demo: Demo, formId: string, receiver: Receiver, options: StormOptions, random: Random) {
  const make = async (path: string, choose: Parameters<Receiver["endpoint"]>[1]) => {
    const endpoint = receiver.endpoint(path, choose);
    const input = { url: receiver.origin + path, form_id: formId, events: ["response.submitted"] };
    return { endpoint, id: (await ask<{ id: string }>(http, demo, "POST", "/api/v2/webhooks", input)).id };
  };
  const good: Endpoint[] = [];
  for (let i = 0; i < options.healthy; i++) good.push((await make(`/good-${i}`, () => "ok")).endpoint);
  const { endpoint: bad, id: badId } = await make("/bad", flaky(random, 0.5, options.slowShare));
  return { good, bad, badId };
}

async function submit(server: Server, formId: string, count: number, clients: number, accepted: string[]): Promise<void> {
  const http = new HttpClient(server.origin, clients);
  let next = 0;
  const client = async () => {
    while (next < count) {
      next += 1;
      const reply = await http.send("POST", `/api/v1/forms/${formId}/responses`, { body: { data: { n: next } } }).catch(() => null);
      if (reply?.status === 201) accepted.push((JSON.parse(reply.text) as { id: string }).id);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  http.close();
}

async function die(server: Server): Promise<void> {
  server.signal("SIGKILL");
  await server.ended();
}

/** Until nothing is due within the next minute, and every settled entry has been fanned out. */
async function drain(stores: string): Promise<Pending> {
  let deadline = Date.now() + NO_PROGRESS_MS;
  let least = Number.POSITIVE_INFINITY;
  let quiet = 0;
  for (;;) {
    const now = look(stores);
    if (now.soon < least) {
      least = now.soon;
      deadline = Date.now() + NO_PROGRESS_MS;
    }
    quiet = now.soon === 0 ? quiet + 1 : 0;
    if (quiet >= 3) return now;
    if (Date.now() > deadline) throw new Error(`${now.soon} deliveries were due and nobody sent them.`);
    await sleep(1_000);
  }
}

function look(stores: string): Pending {
  return withStore(stores, (store) => {
    const row = store
      .prepare(
        `SELECT (SELECT count(*) FROM webhook_deliveries WHERE status = 'pending') AS pending,
           (SELECT count(*) FROM webhook_deliveries WHERE status = 'pending' AND due_at < ?) + (SELECT count(*) FROM ledger_outbox) AS soon`,
      )
      .get(Date.now() + 60_000) as unknown as Pending;
    return { ...row };
  });
}

function warp(stores: string): void {
  withStore(stores, (store) => store.exec("UPDATE webhook_deliveries SET due_at = 1 WHERE status = 'pending'"));
}

function withStore<T>(stores: string, work: (store: DatabaseSync) => T): T {
  const store = new DatabaseSync(storeFile(stores));
  store.exec("PRAGMA busy_timeout = 5000");
  try {
    return work(store);
  } finally {
    store.close();
  }
}

interface Told {
  accepted: readonly string[];
  kills: number;
  good: readonly Endpoint[];
  bad: Endpoint;
}

interface Row {
  id: string;
  path: string;
  responseId: string;
  eventId: string;
  seq: number;
  status: string;
  attempts: number;
}

function judge(stores: string, { accepted, kills, good, bad }: Told): StormReport {
  const violations: string[] = [];
  const rows = withStore(
    stores,
    (store) =>
      store
        .prepare(
          `SELECT d.id, w.url AS path, d.response_id AS responseId, d.event_id AS eventId, d.seq, d.status, d.attempts
           FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id`,
        )
        .all() as unknown as Row[],
  ).map((row) => ({ ...row, path: new URL(row.path).pathname }));
  const byEndpoint = Map.groupBy(rows, ({ path }) => path);
  let repeats = 0;
  for (const endpoint of [...good, bad]) {
    const own = byEndpoint.get(endpoint.path) ?? [];
    const ofResponse = new Map(own.map((row) => [row.responseId, row]));
    const say = (text: string) => violations.push(`${endpoint.path}: ${text}`);
    const missing = accepted.filter((id) => !ofResponse.has(id));
    if (missing.length > 0) say(`${missing.length} accepted responses have no delivery, first ${missing[0]}`);
    if (ofResponse.size !== own.length) say(`${own.length - ofResponse.size} responses have two deliveries`);
    const hits = Map.groupBy(endpoint.hits, ({ delivery }) => delivery);
    for (const row of own) {
      const got = hits.get(row.id) ?? [];
      const took = got.some(({ did }) => did === "ok");
      if (row.status === "delivered" && !took) say(`${row.id} counts as delivered and was not`);
      if (row.status === "dead" && row.attempts !== SCHEDULE_MS.length) say(`${row.id} died after ${row.attempts} attempts`);
      if (row.status !== "delivered" && row.status !== "dead") say(`${row.id} is ${row.status}`);
      if (endpoint !== bad && row.status !== "delivered") say(`${row.id} died at an endpoint that was well`);
      if (endpoint === bad && isDoomed(row.seq) !== (row.status === "dead")) say(`${row.id} (seq ${row.seq}) is ${row.status}`);
      if (new Set(got.map(({ event }) => event)).size > 1) say(`${row.id} told of two events`);
      if (endpoint !== bad && got.length > 1) repeats += got.length - 1;
      for (const [i, hit] of got.entries()) {
        const before = got[i - 1];
        // What is sent again under the number it had was interrupted by a kill; what a warp has hurried proves nothing.
        if (before === undefined || hit.attempt === before.attempt || hit.attempt > 4) continue;
        const wanted = SCHEDULE_MS[hit.attempt - 1] ?? 0;
        if (hit.at - before.at < wanted - SLACK_MS) say(`${row.id}: attempt ${hit.attempt} came after ${hit.at - before.at} ms`);
      }
    }
    const unknown = [...hits.keys()].filter((id) => !own.some((row) => row.id === id));
    if (unknown.length > 0) say(`was sent ${unknown.length} deliveries that no row knows`);
    if (endpoint.overlaps > 0) say(`was sent the same delivery twice at once, ${endpoint.overlaps} times`);
    if (endpoint.mostOpen > 6) say(`had ${endpoint.mostOpen} deliveries at once`);
    if (endpoint !== bad) violations.push(...brokenChain(endpoint));
  }
  // A kill may fall between an answer and its being written down, for each of the six that an endpoint is sent at once.
  const allowed = kills * 6 * good.length;
  if (repeats > allowed) violations.push(`Healthy endpoints were sent ${repeats} deliveries again; ${kills} kills explain ${allowed}.`);
  return {
    accepted: accepted.length,
    kills,
    attempts: sum([...good, bad].map(({ hits }) => hits.length)),
    dead: rows.filter(({ status }) => status === "dead").length,
    repeats,
    violations,
  };
}

/** A receiver's own proof that it has everything: each event names the hash of the one before. */
function brokenChain({ path, hits }: Endpoint): string[] {
  const bySeq = new Map(hits.map((hit) => [hit.seq, hit]));
  const last = Math.max(0, ...bySeq.keys());
  const broken: string[] = [];
  for (let seq = 1; seq <= last; seq++) {
    const hit = bySeq.get(seq);
    if (hit === undefined) broken.push(`${path}: event ${seq} of ${last} never came`);
    else if (seq > 1 && hit.prevHash !== bySeq.get(seq - 1)?.hash) broken.push(`${path}: event ${seq} does not follow ${seq - 1}`);
  }
  return broken.slice(0, 10);
}

async function ask<T>(http: HttpClient, demo: Demo, method: string, path: string, body?: unknown): Promise<T> {
  const reply = await http.send(method, path, { headers: { Authorization: `Bearer ${demo.api_key}` }, body });
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  return JSON.parse(reply.text) as T;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
