// Listeners and submitters, in a process of their own.
import type { Demo } from "../../tools/lib/seed.ts";
import { submission } from "./submission.ts";

export interface ListeningOrder {
  url: string;
  demo: Demo;
  listeners: number;
  /** Submits a second. */
  rate: number;
  seconds: number;
}

export interface Heard {
  submits: number;
  /** From sending a submit to its reply. */
  submitP50Ms: number;
  submitP95Ms: number;
  frames: number;
  /** Of all listeners, how many changes never came to one of them. */
  missed: number;
  /** From sending a submit to the first listener that hears of it. */
  firstP50Ms: number;
  firstP95Ms: number;
  /** To each of the listeners. */
  eachP50Ms: number;
  eachP95Ms: number;
  eachMaxMs: number;
  framesPerListenerPerSecond: number;
}

interface Message {
  type: string;
  seq: number;
  data: { id: string };
  batch?: { data: { id: string } }[];
}

const OPEN_AT_ONCE = 50;
const PATIENCE_MS = 3_000;
const WARM_UP_SECONDS = 3;
const MAX_READ = 20;

const order = JSON.parse(process.argv[2] ?? "{}") as ListeningOrder;
const { demo, url } = order;
const feed = `${url}/api/v2/analytics/forms/${demo.form_id}/live`;
const replied: number[] = [];
const sentAt = new Map<string, number>();
/** When each listener heard of each response; ids are known only after the reply, so it is put together at the end. */
const heardAt: Map<string, number>[] = [];
let frames = 0;

const read = new Map<string, string[]>();

const sockets: WebSocket[] = [];
for (let opened = 0; opened < order.listeners; opened += OPEN_AT_ONCE) {
  const reply = await fetch(`${feed}/ticket`, { method: "POST", headers: { authorization: `Bearer ${demo.api_key}` } });
  const { ticket } = (await reply.json()) as { ticket: string };
  sockets.push(...(await Promise.all(Array.from({ length: Math.min(OPEN_AT_ONCE, order.listeners - opened) }, () => open(ticket)))));
}
await wait(2_000);

// As in all benches, a first while warms up and counts for nothing.
await submitFor(WARM_UP_SECONDS, 0);
await wait(PATIENCE_MS);
replied.length = 0;
sentAt.clear();
frames = 0;
const startedAt = performance.now();
await submitFor(order.seconds, order.rate * WARM_UP_SECONDS);
const lasted = (performance.now() - startedAt) / 1_000;
await wait(PATIENCE_MS);
for (const socket of sockets) socket.close();

const first: number[] = [];
const each: number[] = [];
let missed = 0;
for (const [id, sent] of sentAt) {
  const times = heardAt.map((heard) => heard.get(id)).filter((at) => at !== undefined);
  missed += order.listeners - times.length;
  if (times.length > 0) first.push(times.reduce((least, at) => Math.min(least, at)) - sent);
  for (const at of times) each.push(at - sent);
}
const heard: Heard = {
  submits: sentAt.size,
  submitP50Ms: percentile(replied, 0.5),
  submitP95Ms: percentile(replied, 0.95),
  frames,
  missed,
  firstP50Ms: percentile(first, 0.5),
  firstP95Ms: percentile(first, 0.95),
  eachP50Ms: percentile(each, 0.5),
  eachP95Ms: percentile(each, 0.95),
  eachMaxMs: percentile(each, 1),
  framesPerListenerPerSecond: Number((frames / order.listeners / lasted).toFixed(2)),
};
process.stdout.write(`${JSON.stringify(heard)}\n`);
process.exit(0);

async function open(ticket: string): Promise<WebSocket> {
  const heard = new Map<string, number>();
  heardAt.push(heard);
  const socket = new WebSocket(`${feed.replace("http", "ws")}?ticket=${ticket}`);
  socket.addEventListener("message", ({ data }) => {
    const at = performance.now();
    const ids = idsIn(String(data));
    if (ids.length > 0) frames += 1;
    for (const id of ids) heard.set(id, at);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("A listener was refused")));
  });
  return socket;
}

/** A frame reads the same for many: it is taken apart once, or this process would be what is measured. */
function idsIn(text: string): string[] {
  const known = read.get(text);
  if (known !== undefined) return known;
  const message = JSON.parse(text) as Message;
  const ids = message.type === "response" ? (message.batch ?? [message]).map(({ data }) => data.id) : [];
  if (read.size >= MAX_READ) read.clear();
  read.set(text, ids);
  return ids;
}

/** At the rate that was asked for, however long replies take. */
async function submitFor(seconds: number, from: number): Promise<void> {
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let number = 0; number < order.rate * seconds; number++) {
    const early = start + (number * 1_000) / order.rate - performance.now();
    if (early > 1) await wait(early);
    pending.push(submit(from + number));
  }
  await Promise.all(pending);
}

async function submit(number: number): Promise<void> {
  const { path, headers, body } = submission(demo.form_slug, number);
  const at = performance.now();
  const reply = await fetch(`${url}${path}`, { method: "POST", headers, body });
  if (reply.status !== 201) throw new Error(`A submit was answered ${reply.status}: ${await reply.text()}`);
  replied.push(performance.now() - at);
  sentAt.set(((await reply.json()) as { id: string }).id, at);
}

function percentile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
