// Requests of one isolate that share a call wait for each other. Here they come from a real server's clients, many of whom hang up.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { submission } from "../../bench/lib/submission.ts";
import { emptyState, type Running, start } from "./support/headwater.ts";

const SUBMITS = 1_500;
/** What the optimiser has compiled must wait for others no differently; by itself it would take minutes to get to it. */
const OPTIMISED_SOON = "--invocation-count-for-turbofan=20";
const AT_ONCE = 64;
const ANSWERED_WITHIN_MS = 15_000;

const state = emptyState();
let running: Running | undefined;
afterEach(async () => {
  running?.signal("SIGTERM");
  await running?.exited;
  state.remove();
});

test.runIf(process.platform === "linux")(
  "who hangs up holds nobody up, and takes nobody's answer along",
  { timeout: 120_000 },
  async () => {
    running = await start({ state: state.folder, env: { HEADWATER_LIMITS: "off", MINIFLARE_WORKERD_V8_FLAGS: OPTIMISED_SOON } });
    const { url, api_key, form_id, form_slug } = JSON.parse(readFileSync(join(state.folder, "demo.json"), "utf8"));
    const before = await total();

    const numbers = Array.from({ length: SUBMITS }, (_, number) => number);
    const hangsUp = (number: number) => number % 3 === 0;
    const seqs = await together(numbers, (number) => submit(number, hangsUp(number) ? Math.floor(Math.random() * 60) : ANSWERED_WITHIN_MS));
    const stayed = numbers.filter((number) => !hangsUp(number));
    expect(stayed.map((number) => typeof seqs[number])).toEqual(stayed.map(() => "number"));

    // Whether it was taken or not, who asks again under the same key is told once and for all.
    const again = await together(numbers, (number) => submit(number, ANSWERED_WITHIN_MS));
    expect(new Set(again).size).toBe(SUBMITS);
    expect(stayed.map((number) => again[number])).toEqual(stayed.map((number) => seqs[number]));
    expect((await total()) - before).toBe(SUBMITS);

    /** Its number in the ledger; null for who hung up before hearing it. */
    async function submit(number: number, patienceMs: number): Promise<number | null> {
      const { method, path, headers, body } = submission(form_slug, number);
      const signal = AbortSignal.timeout(patienceMs);
      try {
        const reply = await fetch(`${url}${path}`, { method, headers: { ...headers, "Idempotency-Key": `visit-${number}` }, body, signal });
        expect(reply.status).toBe(201);
        return ((await reply.json()) as { seq: number }).seq;
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
    }

    async function total(): Promise<number> {
      const reply = await fetch(`${url}/api/v2/analytics/forms/${form_id}/metrics`, { headers: { Authorization: `Bearer ${api_key}` } });
      return ((await reply.json()) as { total_responses: number }).total_responses;
    }
  },
);

async function together<T>(numbers: readonly number[], work: (number: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const left = [...numbers];
  const worker = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) results[number] = await work(number);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
