// The built Worker as `npm start` serves it, with its demo, on a state that is thrown away.
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { migrate } from "../../tools/lib/migrate.ts";
import { type Demo, seed } from "../../tools/lib/seed.ts";
import { type ServeOptions, serve } from "../../tools/lib/serve.ts";
import { openState } from "../../tools/lib/state.ts";
import type { Subject } from "./baselines.ts";

const SEED_TOKEN = "only for as long as a bench is being prepared";

export interface Headwater extends Subject {
  demo: Demo;
  miniflare: Miniflare;
}

export async function serveHeadwater(folder: string, options: Pick<ServeOptions, "beside" | "direct"> = {}): Promise<Headwater> {
  const state = openState(folder);
  const bindings = { ...state.secrets, LIMITS: "off", SEED_TOKEN };
  const { miniflare, stop, url } = await serve({ ...options, port: 0, stores: state.stores, bindings });
  const origin = url.replace("localhost", "127.0.0.1");
  await migrate(miniflare, join(folder, "migrations.json"));
  const demo = await seed({ origin, url: origin, token: SEED_TOKEN, folder, empty: false, note: () => {} });
  return { url: origin, demo, miniflare, stop };
}

/** The same state, served again by a fresh server. */
export async function serveKnown(folder: string, demo: Demo): Promise<Headwater> {
  const state = openState(folder);
  const { miniflare, stop, url } = await serve({ port: 0, stores: state.stores, bindings: { ...state.secrets, LIMITS: "off" } });
  return { url: url.replace("localhost", "127.0.0.1"), demo, stop, miniflare };
}
