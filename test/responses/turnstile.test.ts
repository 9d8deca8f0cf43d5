import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { assertHuman } from "../../src/responses/turnstile";
import { createLogger } from "../../src/shared/log";
import { createForm } from "./support";

const SECRET = "turnstile-secret";
const ctx = {
  env: { ...env, TURNSTILE_SECRET: SECRET },
  client: { ip: "192.0.2.1", userAgent: null },
  log: createLogger({}, () => undefined),
};
const asked = { turnstile: true };

function verifier(answer: () => Response) {
  const calls: URLSearchParams[] = [];
  const ask = async (url: string, init: RequestInit) => {
    // What the runtime itself would not send is no question.
    new Request(url, init);
    calls.push(init.body as URLSearchParams);
    return answer();
  };
  return { calls, ask };
}

test("a token that the verifier knows lets in; it is asked with our secret and the address", async () => {
  const { calls, ask } = verifier(() => Response.json({ success: true }));
  await assertHuman(ctx, asked, "token-1", ask);
  expect(calls.map((body) => Object.fromEntries(body))).toEqual([{ secret: SECRET, response: "token-1", remoteip: "192.0.2.1" }]);
});

test("no token, or one it does not know, is refused; silence is not taken for yes", async () => {
  const no = verifier(() => Response.json({ success: false }));
  await expect(assertHuman(ctx, asked, undefined, no.ask)).rejects.toMatchObject({ details: { reason: "not_human" } });
  expect(no.calls).toEqual([]);
  await expect(assertHuman(ctx, asked, "stale", no.ask)).rejects.toMatchObject({ details: { reason: "not_human" } });
  const broken = verifier(() => new Response("<html>"));
  await expect(assertHuman(ctx, asked, "t", broken.ask)).rejects.toMatchObject({ code: "unavailable" });
  await expect(assertHuman({ ...ctx, env: { ...env, TURNSTILE_SECRET: undefined } }, asked, "t", no.ask)).rejects.toMatchObject({
    code: "unavailable",
  });
});

test("a form that does not ask for it asks nobody", async () => {
  const { calls, ask } = verifier(() => Response.json({ success: false }));
  await assertHuman(ctx, undefined, undefined, ask);
  expect(calls).toEqual([]);
});

test("the door of the form is behind it, and a program with a key passes by", async () => {
  const form = await createForm({ turnstile: true });
  expect(await (await form.submit({ name: "Eve" })).json()).toMatchObject({ status: 422, code: "not_human" });
  await form.accepted({ name: "Program" }, { key: await form.makeKey(["submit"]) });
  expect((await form.list()).responses).toHaveLength(1);
});
