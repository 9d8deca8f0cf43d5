// Load, SIGKILL, restart, compare; and again.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HttpClient } from "../http-client.ts";
import type { Demo } from "../seed.ts";
import { Actions } from "./actions.ts";
import { Checker } from "./check.ts";
import { createForms } from "./forms.ts";
import { chooseKill, kill } from "./kill.ts";
import { Load } from "./load.ts";
import { Model } from "./model.ts";
import { Random } from "./random.ts";
import { Reader } from "./reader.ts";
import { freePort, type Server, startServer } from "./server.ts";
import { lookAtRemains, storeFile } from "./store-files.ts";

export interface TortureOptions {
  /** Folder for the server's state. */
  state: string;
  kills: number;
  /** Shortest and longest time under load before a kill. */
  loadMs: readonly [number, number];
  clients: number;
  seed: number;
  port?: number;
  /** Stops with what there is when this much time has passed. */
  limitMs?: number;
  say?: (line: string) => void;
  /** Called with the folder of the stores after each kill: what it does there must be noticed. */
  whileDead?: (stores: string) => void;
}

export interface TortureReport {
  seed: number;
  kills: number;
  /** Kills after the store's commit of a settle and before its ledger knew of it. */
  betweenCommitAndTrim: number;
  /** Kills that left entries in the ledgers alone. */
  withUnsettled: number;
  responses: number;
  entries: number;
  told: Model["told"];
  violations: string[];
}

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { state, clients, seed, say = () => {} } = options;
  const random = new Random(seed);
  const port = options.port ?? (await freePort());
  const stores = join(state, "stores");
  const deadline = Date.now() + (options.limitMs ?? Number.POSITIVE_INFINITY);
  let server: Server | undefined;
  const seen = { kills: 0, betweenCommitAndTrim: 0, withUnsettled: 0 };
  try {
    server = await startServer(state, port);
    const demo = JSON.parse(readFileSync(join(state, "demo.json"), "utf8")) as Demo;
    const model = new Model(await withHttp(server, (http) => createForms(new Reader(http, demo.api_key))), seed);
    const checker = new Checker(model);
    while (seen.kills < options.kills && model.violations.length === 0 && Date.now() < deadline) {
      await endure(server, model, demo.api_key);
      const remains = lookAtRemains(stores);
      seen.kills += 1;
      if (remains.betweenCommitAndTrim > 0) seen.betweenCommitAndTrim += 1;
      if (remains.unsettled > 0) seen.withUnsettled += 1;
      options.whileDead?.(stores);
      server = await startServer(state, port);
      await withHttp(server, async (http) => {
        await settleDoubts(new Actions(http, model, demo.api_key));
        await checker.quick(new Reader(http, demo.api_key));
      });
      const { accepted, replayed, changed, unanswered } = model.told;
      say(
        `kill ${seen.kills}: ${accepted} accepted, ${replayed} repeats, ${changed} changes, ${unanswered} unanswered; ` +
          `${remains.unsettled} entries were unsettled${remains.betweenCommitAndTrim > 0 ? ", between commit and trim" : ""}`,
      );
    }
    const last = server;
    if (model.violations.length === 0) {
      await withHttp(last, async (http) => {
        const reader = new Reader(http, demo.api_key);
        await checker.full(reader);
        await checker.afterRebuild(reader);
      });
    }
    last.signal("SIGTERM");
    await last.ended();
    server = undefined;
    if (model.violations.length === 0) checker.rollups(stores);
    const all = model.forms.flatMap(({ responses }) => responses);
    const entries = all.reduce((sum, tracked) => sum + tracked.entries, 0);
    return { seed, ...seen, responses: all.length, entries, told: model.told, violations: model.violations };
  } finally {
    server?.signal("SIGKILL");
  }

  async function endure(victim: Server, model: Model, apiKey: string): Promise<void> {
    const http = new HttpClient(victim.origin, 2 * clients);
    const load = new Load(new Actions(http, model, apiKey), model, random);
    const running = load.run(clients);
    try {
      await kill(chooseKill(random, victim.group, storeFile(stores), options.loadMs));
      await victim.ended();
    } finally {
      load.stop();
      http.close();
    }
    await running;
  }

  async function settleDoubts(actions: Actions): Promise<void> {
    const doubtful = actions.model.forms
      .flatMap(({ responses }) => responses)
      .filter(({ accepted, maybe, busy }) => accepted === null || maybe !== null || busy);
    for (const tracked of doubtful) await actions.resolve(tracked);
  }
}

async function withHttp<T>(server: Server, use: (http: HttpClient) => Promise<T>): Promise<T> {
  const http = new HttpClient(server.origin, 4, 120_000);
  try {
    return await use(http);
  } finally {
    http.close();
  }
}
