// `npm run verify -- <form id> [--url=<where>] [--key=<API key>]`: is what a form has accepted, stored and counted the same?
// Without `--url` and `--key` it asks the Headwater that `npm start` has started here. Ends with 1 when anything has drifted.
// The chain is proved here, from its entries; the server's own comparison of store, roll-ups and counters comes after it.
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Demo } from "./lib/seed.ts";
import { openState, readJson } from "./lib/state.ts";
import { explain, Stop } from "./lib/steps.mjs";
import { type ChainPage, walkChains } from "./lib/verify-chain.ts";

const TIMEOUT_MS = 10 * 60_000;

interface Drift {
  where: "chain" | "rows" | "counters" | "buckets" | "rollups";
  shard: number | null;
  what: string;
  expected: unknown;
  found: unknown;
}

interface Verification {
  ok: boolean;
  entries: number;
  responses: number;
  drift: Drift[];
}

const COMPARED: readonly (readonly [title: string, where: readonly Drift["where"][]])[] = [
  ["Chain, as the server reads it", ["chain"]],
  ["Stored responses", ["rows"]],
  ["Roll-ups", ["rollups"]],
  ["Counters", ["counters", "buckets"]],
];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: "string" }, key: { type: "string" } } });

try {
  const demo = values.url === undefined ? readJson<Demo>(join(openState().folder, "demo.json")) : null;
  const [form = demo?.form_id] = positionals;
  const url = values.url ?? demo?.url;
  const key = values.key ?? process.env.HEADWATER_API_KEY ?? demo?.api_key;
  if (form === undefined || url === undefined || key === undefined)
    throw new Stop("Say which: npm run verify -- <form id> --url=https://… --key=hw_… (or HEADWATER_API_KEY).");
  const path = `${url.replace(/\/$/, "")}/api/v1/forms/${encodeURIComponent(form)}`;
  process.exitCode = (await verify(path, key, form)) ? 0 : 1;
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

async function verify(path: string, key: string, form: string): Promise<boolean> {
  const chain = await walkChains(form, (query) => ask<ChainPage>(`${path}/entries?${query}`, key));
  say("Chain, proved here", `${chain.entries} entries, ${chain.accepted} responses`, chain.wrong);
  // Answers go on coming while this runs: the server has seen what was walked, and perhaps more.
  const { ok, entries, responses, drift } = await ask<Verification>(`${path}/verify`, key, "POST");
  const lost = entries < chain.entries || responses < chain.accepted;
  say("Server", `${entries} entries, ${responses} responses`, lost ? ["has fewer than its chain"] : []);
  for (const [title, where] of COMPARED) {
    const found = drift.filter((one) => where.includes(one.where));
    say(title, found.length === 0 ? "no drift" : "", found.map(inWords));
  }
  return ok && !lost && chain.wrong.length === 0;
}

function say(title: string, outcome: string, wrong: readonly string[]): void {
  const lines = [
    `${wrong.length === 0 ? "✓" : "✗"} ${title}${outcome === "" ? "" : `: ${outcome}`}`,
    ...wrong.map((line) => `    ${line}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function inWords({ where, shard, what, expected, found }: Drift): string {
  return `${where}${shard === null ? "" : ` of ledger ${shard}`}, ${what}: ${JSON.stringify(found)}, should be ${JSON.stringify(expected)}`;
}

async function ask<T>(url: string, key: string, method = "GET"): Promise<T> {
  const reply = await fetch(url, { method, headers: { Authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!reply.ok) throw new Stop(`${new URL(url).host} answered with ${reply.status}: ${await reply.text()}`);
  if (reply.headers.get("X-Stale") === "true") throw new Stop("The store is not keeping up; nothing can be proved now. Try again.");
  return (await reply.json()) as T;
}
