// `npm run verify -- <form id> [--url=<where>] [--key=<API key>]`: is what a form has accepted, stored and counted the same?
// Without `--url` and `--key` it asks the Headwater that `npm start` has started here. Ends with 1 when anything has drifted.
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Demo } from "./lib/seed.ts";
import { openState, readJson } from "./lib/state.ts";
import { explain, Stop } from "./lib/steps.mjs";

const TIMEOUT_MS = 10 * 60_000;

interface Verification {
  ok: boolean;
  entries: number;
  responses: number;
  drift: { where: string; shard: number | null; what: string; expected: unknown; found: unknown }[];
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: "string" }, key: { type: "string" } } });

try {
  const demo = values.url === undefined ? readJson<Demo>(join(openState().folder, "demo.json")) : null;
  const [form = demo?.form_id] = positionals;
  const url = values.url ?? demo?.url;
  const key = values.key ?? process.env.HEADWATER_API_KEY ?? demo?.api_key;
  if (form === undefined || url === undefined || key === undefined)
    throw new Stop("Say which: npm run verify -- <form id> --url=https://… --key=hw_… (or HEADWATER_API_KEY).");
  const { ok, entries, responses, drift } = await verify(url, key, form);
  process.stdout.write(`${form}: ${entries} entries, ${responses} responses\n`);
  for (const { where, shard, what, expected, found } of drift)
    process.stdout.write(
      `✗ ${where}${shard === null ? "" : ` of ledger ${shard}`}, ${what}: ${JSON.stringify(found)}, should be ${JSON.stringify(expected)}\n`,
    );
  if (ok) process.stdout.write("✓ Chain, responses, roll-ups and counters agree.\n");
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  explain(error);
  process.exitCode = 1;
}

async function verify(url: string, key: string, form: string): Promise<Verification> {
  const reply = await fetch(`${url}/api/v1/forms/${encodeURIComponent(form)}/verify`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!reply.ok) throw new Stop(`${url} answered with ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as Verification;
}
