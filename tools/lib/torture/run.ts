// Load, SIGKILL, restart, compare; and again.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpClient } from "../http-client.ts";
import type { Demo } from "../seed.ts";
import { letTimePass } from "./age.ts";
import { eraseOne, resolve } from "./changes.ts";
import { Checker } from "./check.ts";
import { askForErased, searchRemains } from "./check-erased.ts";
import { fillUp } from "./check-places.ts";
import { Client } from "./client.ts";
import { comeToRest, orderExport } from "./exports.ts";
import { createForms } from "./forms.ts";
import { chooseKill, kill } from "./kill.ts";
import { Load } from "./load.ts";
import { isTaken, Model } from "./model.ts";
import { Random } from "./random.ts";
import { Reader } from "./reader.ts";
import { freePort, type Server, startServer } from "./server.ts";
import { openStore, type StoreKind } from "./store.ts";
import { lookAtRemains } from "./store-files.ts";

export interface TortureOptions {
  /** Folder for the server's state. */
  state: string;
  /** Where the server keeps its responses. */
  store?: StoreKind;
  kills: number;
  /** Shortest and longest time under load before a kill. */
  loadMs: readonly [number, number];
  clients: number;
  seed: number;
  port?: number;
  /** Stops with what there is when this much time has passed. */
  limitMs?: number;
  /** Files are made of the answers meanwhile; waiting for the last of them takes up to minutes. */
  exports?: boolean;
  say?: (line: string) => void;
  /** Called with the folder of the stores after each kill: what it does there must be noticed. */
  whileDead?: (stores: string) => void;
}

export interface TortureReport {
  seed: number;
  kills: number;
  /** Of these, so often the database had just crashed by itself. */
  storeCrashes: number;
  /** Kills after the store's commit of a settle and before its ledger knew of it. */
  betweenCommitAndTrim: number;
  /** Kills that left entries in the ledgers alone. */
  withUnsettled: number;
  responses: number;
  entries: number;
  told: Model["told"];
  violations: string[];
}

const TIME_PASSES = 0.4;
const EXPORTS_BEGIN = 0.4;
/** So often the database goes first, while it is written to. */
const STORE_CRASHES = 0.3;

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { state, clients, seed, say = () => {} } = options;
  const random = new Random(seed);
  const port = options.port ?? (await freePort());
  const stores = join(state, "stores");
  const deadline = Date.now() + (options.limitMs ?? Number.POSITIVE_INFINITY);
  const store = await openStore(options.store ?? "d1", state);
  let server: Server | undefined;
  const seen = { kills: 0, storeCrashes: 0, betweenCommitAndTrim: 0, withUnsettled: 0 };
  try {
    server = await start();
    const { api_key: apiKey } = JSON.parse(readFileSync(join(state, "demo.json"), "utf8")) as Demo;
    const model = new Model(await withHttp(server, (http) => createForms(new Reader(http, apiKey))), seed);
    const checker = new Checker(model);
    const isFine = () => model.violations.length === 0;
    while (seen.kills < options.kills && isFine() && Date.now() < deadline) {
      await endure(server, model, apiKey);
      const remains = lookAtRemains(stores, await store.marks());
      seen.kills += 1;
      if (remains.betweenCommitAndTrim > 0) seen.betweenCommitAndTrim += 1;
      if (remains.unsettled > 0) seen.withUnsettled += 1;
      if (random.next() < TIME_PASSES) letTimePass(model, stores, random);
      options.whileDead?.(stores);
      server = await start();
      await withHttp(server, async (http) => {
        await settleDoubts(new Client(http, model, apiKey));
        await checker.quick(new Reader(http, apiKey));
      });
      say(
        `kill ${seen.kills}: ${inWords(model)}; ${remains.unsettled} entries were unsettled${remains.betweenCommitAndTrim > 0 ? ", between commit and trim" : ""}`,
      );
    }
    if (isFine()) {
      // Places of which nobody was told lapse, or nobody could say how many are left.
      await stop(server);
      letTimePass(model, stores, random);
      server = await start();
      await withHttp(server, async (http) => {
        const reader = new Reader(http, apiKey);
        const client = new Client(http, model, apiKey);
        for (const form of model.forms) await eraseOne(client, form);
        for (const form of model.forms) await fillUp(client, form);
        await checker.full(reader);
        await askForErased(reader, model, (form) => checker.chains.get(form.id) ?? []);
        await checker.afterRebuild(reader);
        if (options.exports) await comeToRest(reader, model.forms, store);
      });
    }
    await stop(server);
    server = undefined;
    if (isFine()) {
      await checker.rollups(store);
      await searchRemains(state, store, model);
    }
    const all = model.forms.flatMap(({ responses }) => responses.filter(isTaken));
    const entries = all.reduce((sum, tracked) => sum + tracked.entries, 0);
    return { seed, ...seen, responses: all.length, entries, told: model.told, violations: model.violations };
  } finally {
    server?.signal("SIGKILL");
    await store.stop();
  }

  function start(): Promise<Server> {
    return startServer(state, port, { HEADWATER_EMPTY: "1", ...store.env });
  }

  async function endure(victim: Server, model: Model, apiKey: string): Promise<void> {
    const http = new HttpClient(victim.origin, 2 * clients);
    const client = new Client(http, model, apiKey);
    const load = new Load(client, random);
    const form = options.exports && random.next() < EXPORTS_BEGIN ? random.pick(model.forms) : undefined;
    if (form !== undefined) await orderExport(client, form);
    const running = load.run(clients);
    try {
      const crashes = random.next() < STORE_CRASHES && store.crash !== undefined;
      if (crashes) seen.storeCrashes += 1;
      const order = chooseKill(random, victim.group, store.watched(), options.loadMs);
      await Promise.all([kill(order), crashes ? sleep(random.between(0, order.afterMs)).then(() => store.crash?.()) : undefined]);
      await victim.ended();
    } finally {
      load.stop();
      http.close();
    }
    await running;
  }
}

async function settleDoubts(client: Client): Promise<void> {
  const doubtful = client.model.forms
    .flatMap(({ responses }) => responses)
    .filter(({ doubt, step, maybe, busy }) => doubt || step !== null || maybe !== null || busy);
  for (const tracked of doubtful) await resolve(client, tracked);
}

async function stop(server: Server): Promise<void> {
  server.signal("SIGTERM");
  await server.ended();
}

function inWords({ told }: Model): string {
  const { accepted, replayed, changed, erased, full, unanswered } = told;
  return `${accepted} accepted, ${replayed} repeats, ${changed} changes, ${erased} erased, ${full} found it full, ${unanswered} unanswered`;
}

async function withHttp<T>(server: Server, use: (http: HttpClient) => Promise<T>): Promise<T> {
  const http = new HttpClient(server.origin, 4, 120_000);
  try {
    return await use(http);
  } finally {
    http.close();
  }
}
