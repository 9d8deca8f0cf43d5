// Against the real Rate Limiting binding, each test from an address of its own.
import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app";
import { createWorld, ORIGIN } from "../support/world";

const app = createApp();
let lastAddress = 0;

function visitor(limits = "on") {
  const address = `203.0.113.${++lastAddress}`;
  return async (method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Response> =>
    app.fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers: { "CF-Connecting-IP": address, "Content-Type": "application/json", ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      }),
      { ...env, LIMITS: limits },
      createExecutionContext(),
    );
}

async function statuses(times: number, ask: (n: number) => Promise<Response>): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < times; n++) seen.push((await ask(n)).status);
  return seen;
}

/** Thirty a minute, and the minute may be over in between: of twice as many and one more some minute has too many. */
async function untilRefused(ask: (n: number) => Promise<Response>): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length <= 60 && seen.at(-1) !== 429) seen.push((await ask(seen.length)).status);
  return seen;
}

describe("guessing from one address", () => {
  test("wrong API keys run into 429 with Retry-After, however different they are", async () => {
    const visit = visitor();
    const guess = (n: number) => visit("GET", "/api/v1/forms", { Authorization: `Bearer hw_guess-number-${n}` });
    let last: Response | undefined;
    const seen = await untilRefused(async (n) => {
      last = await guess(n);
      return last;
    });
    expect(seen[0]).toBe(401);
    expect(seen.at(-1)).toBe(429);
    expect(Number(last?.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await last?.json()).toMatchObject({ status: 429, code: "rate_limited" });
  });

  test("passwords run into 429 as well", async () => {
    const visit = visitor();
    const seen = await untilRefused((n) =>
      visit("POST", "/api/v1/auth/sign-in", {}, { email: "ada@example.com", password: `wrong-password-${n}` }),
    );
    expect(seen[0]).toBe(401);
    expect(seen.at(-1)).toBe(429);
  });

  test("does not hold up anybody else", async () => {
    const visit = visitor();
    await untilRefused((n) => visit("GET", "/api/v1/forms", { Authorization: `Bearer hw_guess-number-${n}` }));
    const key = await (await createWorld()).makeKey(["read"]);
    expect((await visitor()("GET", "/api/v1/forms", { Authorization: `Bearer ${key}` })).status).toBe(200);
  });
});

test("limits can be turned off for a load test", async () => {
  const visit = visitor("off");
  const seen = await statuses(40, (n) => visit("GET", "/api/v1/forms", { Authorization: `Bearer hw_guess-number-${n}` }));
  expect(new Set(seen)).toEqual(new Set([401]));
});
