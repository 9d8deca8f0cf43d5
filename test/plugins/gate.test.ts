// What a plugin may reach, from inside its isolate: hosts it was granted, keys and files of its own, a few mails.
import { env } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { KV_STATEMENTS } from "../../src/plugins/gate/kv";
import { isHostGranted, whyNotAHost } from "../../src/plugins/hosts";
import { DUE_PLUGINS, FORGET_OVERFULL, FORGET_RUNS, OVERDUE_RUNS, OVERFULL } from "../../src/plugins/run/sweep";
import { newestMail } from "../support/mailbox";
import { createWorld, type World } from "../support/world";
import { hook, install, tryOut } from "./support";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterEach(() => vi.restoreAllMocks());

const SHOW = "const show = async (work) => { try { ctx.log(await work()); } catch (error) { ctx.log.warn(error.message); } };";

async function said(body: string, more: Record<string, unknown> = {}): Promise<string[]> {
  const { id } = await install(world, hook(`${SHOW}\n${body}`), more);
  const run = await tryOut(world, id);
  expect(run).toMatchObject({ outcome: "ok", error: null });
  return run.logs.map(({ text }) => text);
}

/** No other test has to do with these; its lanes may still be delivering meanwhile. */
const OUR_HOSTS = ["api.example.com", "x.example.org", "evil.example", "10.0.0.1"];

/** Stands in for the world outside; the guard's own look-ups of names are answered as public. */
function outside(answer: (request: Request) => Response | Promise<Response>) {
  const seen: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input as RequestInfo, init as RequestInit);
    if (request.headers.get("Accept")?.includes("dns")) {
      return Response.json(
        { Status: 0, Answer: [{ type: 1, data: "93.184.216.34" }] },
        { headers: { "Content-Type": "application/dns-json" } },
      );
    }
    if (!OUR_HOSTS.includes(new URL(request.url).hostname)) return new Response(null, { status: 503 });
    seen.push(request);
    return answer(request);
  });
  return seen;
}

describe("fetch", () => {
  const granted = { allowed_hosts: ["api.example.com", "*.example.org"] };

  test("reaches a granted host with method, headers and body, and brings back status, headers and text", async () => {
    let sent = "";
    const seen = outside(async (request) => {
      sent = await request.text();
      return new Response('{"ok":true}', { status: 201, headers: { "X-One": "1", "Set-Cookie": "a=b" } });
    });
    const lines = await said(
      `const reply = await ctx.fetch("https://api.example.com/v1?x=1", { method: "post", headers: { "X-Key": "k", Host: "evil", "CF-Worker": "x" }, body: JSON.stringify({ a: 1 }) });
       ctx.log(reply.status, reply.ok, await reply.json(), reply.headers.get("x-one"), reply.headers.has("set-cookie"));`,
      granted,
    );
    expect(lines).toEqual(['201 true {"ok":true} 1 false']);
    expect([seen[0]?.method, seen[0]?.url, seen[0]?.headers.get("X-Key"), seen[0]?.headers.get("CF-Worker")]).toEqual([
      "POST",
      "https://api.example.com/v1?x=1",
      "k",
      null,
    ]);
    expect(sent).toBe('{"a":1}');
  });

  test("another host, or a private address however it is granted, is refused without a request", async () => {
    const seen = outside(() => new Response("x"));
    const lines = await said(
      `for (const url of ["https://example.com/", "https://example.org/", "https://api.example.com:8443/", "https://10.0.0.1/", "ftp://api.example.com/"]) await show(() => ctx.fetch(url));`,
      { allowed_hosts: [...granted.allowed_hosts, "10.0.0.1"] },
    );
    expect(lines).toEqual([
      "This plugin was not granted the host example.com; add it to allowed_hosts.",
      "This plugin was not granted the host example.org; add it to allowed_hosts.",
      "This plugin was not granted the host api.example.com:8443; add it to allowed_hosts.",
      "The address is not on the public internet.",
      "The URL must begin with https://.",
    ]);
    expect(seen).toEqual([]);
  });

  test("a redirect is an answer, not a way out", async () => {
    const seen = outside(() => new Response(null, { status: 302, headers: { Location: "https://evil.example/" } }));
    expect(
      await said(
        `const reply = await ctx.fetch("https://api.example.com/"); ctx.log(reply.status, reply.headers.get("location"));`,
        granted,
      ),
    ).toEqual(["302 https://evil.example/"]);
    expect(seen).toHaveLength(1);
  });

  test("an endless reply is cut, and no more than twenty requests are made in a run", async () => {
    const seen = outside(() => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(97)) })));
    const lines = await said(
      `const reply = await ctx.fetch("https://api.example.com/"); ctx.log(reply.truncated, (await reply.text()).length);
       for (let i = 0; i < 21; i++) { try { await ctx.fetch("https://x.example.org/", { method: "HEAD" }); } catch (error) { ctx.log(error.message); } }`,
      granted,
    );
    expect(lines).toEqual([`true ${512 * 1024}`, "At most 20 requests in a run.", "At most 20 requests in a run."]);
    expect(seen).toHaveLength(20);
  });

  test("a body that is no text, a method nobody knows and a header with a line break are refused", async () => {
    outside(() => new Response("x"));
    const lines = await said(
      `await show(() => ctx.fetch("https://api.example.com/", { method: "POST", body: new Map() }));
       await show(() => ctx.fetch("https://api.example.com/", { method: "CONNECT" }));
       await show(() => ctx.fetch("https://api.example.com/", { headers: { "X-A": "1\\r\\nX-B: 2" } }));`,
      granted,
    );
    expect(lines[0]).toContain("must be text");
    expect(lines[1]).toContain("method");
    expect(lines[2]).toContain("headers");
  });

  test.each([
    ["api.example.com", "https://api.example.com/", true],
    ["api.example.com", "https://api.example.com.evil.org/", false],
    ["*.example.com", "https://a.b.example.com/", true],
    ["*.example.com", "https://example.com/", false],
    ["*.example.com", "https://evilexample.com/", false],
    ["api.example.com:8443", "https://api.example.com:8443/", true],
    ["api.example.com:8443", "https://api.example.com/", false],
    ["api.example.com:443", "https://api.example.com/", true],
  ])("%s and %s: %s", (pattern, url, expected) => {
    expect(isHostGranted(new URL(url), [pattern])).toBe(expected);
  });

  test.each(["*", "*.com", "https://example.com", "example.com/path", "EXAMPLE.com", "a..b", "user@host.com", "*.*.example.com"])(
    "%s cannot be granted",
    (host) => {
      expect(whyNotAHost(host)).not.toBeNull();
    },
  );
});

describe("kv", () => {
  test("keeps values of JSON, lists them in order, counts and forgets", async () => {
    const lines = await said(
      `await ctx.kv.put("b", { x: [1, null] }); await ctx.kv.put("a", "text"); await ctx.kv.put("c/1", 1);
       ctx.log(await ctx.kv.get("b"), await ctx.kv.get("none"), await ctx.kv.list(), await ctx.kv.list({ prefix: "c/" }), await ctx.kv.list({ after: "a", limit: 1 }));
       await ctx.kv.delete("b");
       ctx.log(await ctx.kv.get("b"), await ctx.kv.increment("n"), await ctx.kv.increment("n", 5));
       await show(() => ctx.kv.increment("a"));`,
    );
    expect(lines).toEqual(['{"x":[1,null]} null ["a","b","c/1"] ["c/1"] ["b"]', "null 1 6", 'What is kept under "a" is no number.']);
  });

  test("what has expired is gone", async () => {
    const { id } = await install(
      world,
      hook('ctx.log(await ctx.kv.get("x"), await ctx.kv.list()); await ctx.kv.put("x", 1, { ttlSeconds: 60 });'),
    );
    expect((await tryOut(world, id)).logs[0]?.text).toBe("null []");
    expect((await tryOut(world, id)).logs[0]?.text).toBe('1 ["x"]');
    await env.DB.prepare("UPDATE plugin_kv SET expires_at = 1 WHERE plugin_id = ?1").bind(id).run();
    expect((await tryOut(world, id)).logs[0]?.text).toBe("null []");
  });

  test("is bounded in keys, in bytes and in the size of one", async () => {
    const { id } = await install(
      world,
      hook(`${SHOW} await show(() => ctx.kv.put("one more", 1)); await show(() => ctx.kv.put("k0", "replaced")); await show(() => ctx.kv.put("big", "x".repeat(40000)));
        await show(() => ctx.kv.increment("another")); await show(() => ctx.kv.put("x".repeat(201), 1)); await show(() => ctx.kv.put("$ours", 1));`),
    );
    const fill = (keys: number, bytes: number) =>
      env.DB.prepare(
        `INSERT OR REPLACE INTO plugin_kv (plugin_id, key, workspace_id, value, bytes, updated_at)
         SELECT ?1, 'k' || value, ?2, '1', ?4, 1 FROM json_each(?3)`,
      )
        .bind(id, world.workspaceId, JSON.stringify(Array.from({ length: keys }, (_, i) => i)), bytes)
        .run();
    await fill(1_000, 3);
    const lines = (await tryOut(world, id)).logs.map(({ text }) => text);
    expect(lines[0]).toContain("at most 1000 keys");
    expect(lines[1]).toBe("null");
    expect(lines[2]).toContain("32768 bytes");
    expect(lines[3]).toContain("at most 1000 keys");
    expect(lines.slice(4).every((line) => line.includes("key"))).toBe(true);
    await env.DB.prepare("DELETE FROM plugin_kv WHERE plugin_id = ?1").bind(id).run();
    await fill(32, 32_768);
    expect((await tryOut(world, id)).logs[0]?.text).toContain("1048576 bytes");
  });
});

describe("mail", () => {
  test("goes out as a letter with the plugin's name under it, twice a run, once an hour to one address", async () => {
    const to = `${crypto.randomUUID()}@people.test`;
    const letter = (address: string) =>
      `ctx.mail.send({ to: "${address}", subject: "Thank\\nyou", text: "Dear <b>Ada</b>,\\n\\nthanks." })`;
    const lines = await said(
      `await show(() => ${letter(to)}); await show(() => ${letter(to)}); await show(() => ${letter("third@people.test")}); await show(() => ctx.mail.send({ to: "nobody", subject: "x", text: "y" }));`,
      { permissions: ["mail"], name: "Thanks" },
    );
    expect(lines.slice(0, 3)).toEqual(["null", "This address had a mail within the hour.", "At most 2 mails in a run."]);
    expect(lines[3]).toContain("to:");
    const mail = await newestMail(to, "plugin-mail");
    expect(mail?.subject).toBe("Thank you");
    expect(mail?.html).toContain("Dear &lt;b&gt;Ada&lt;/b&gt;,");
    expect(mail?.text).toContain("Thanks");
  });

  test("needs the permission, and ends for the day after five hundred", async () => {
    expect(await said(`await show(() => ctx.mail.send({ to: "a@people.test", subject: "x", text: "y" }));`)).toEqual([
      'This plugin was not granted the permission "mail".',
    ]);
    const { id } = await install(
      world,
      hook(`${SHOW} await show(() => ctx.mail.send({ to: "b@people.test", subject: "x", text: "y" }));`),
      { permissions: ["mail"] },
    );
    const today = new Date().toISOString().slice(0, 10);
    await env.DB.prepare("INSERT INTO plugin_days (plugin_id, day, workspace_id, mails) VALUES (?1, ?2, ?3, 500)")
      .bind(id, today, world.workspaceId)
      .run();
    expect((await tryOut(world, id)).logs.map(({ text }) => text)).toEqual(["A plugin may have at most 500 mails a day."]);
  });
});

describe("files", () => {
  test("lie under the plugin's own prefix, and are only replaced by who has seen them", async () => {
    const { id } = await install(
      world,
      hook(`const first = await ctx.files.put("a/b.csv", "one", { type: "text/csv", ifMatch: null });
        const twice = await ctx.files.put("a/b.csv", "two", { ifMatch: null });
        const { text, etag } = await ctx.files.get("a/b.csv");
        const seen = await ctx.files.put("a/b.csv", text + "!", { ifMatch: etag });
        const stale = await ctx.files.put("a/b.csv", "stale", { ifMatch: etag });
        ctx.log(first.written, twice.written, seen.written, stale.written, (await ctx.files.get("a/b.csv")).text, await ctx.files.get("none"));`),
      { permissions: ["files"] },
    );
    expect((await tryOut(world, id)).logs.map(({ text }) => text)).toEqual(["true false true false one! null"]);
    const object = await env.FILES.get(`plugins/${world.workspaceId}/${id}/a/b.csv`);
    expect([await object?.text(), object?.httpMetadata?.contentType]).toEqual(["one!", "text/plain; charset=utf-8"]);
  });

  test("a name cannot leave the prefix, and the permission is needed", async () => {
    const lines = await said(
      `for (const name of ["../x", "a/../../x", "/x", "a//b", "a/./b", "", "a\\\\b", "x\\u0000"]) await show(() => ctx.files.put(name, "x"));`,
      {
        permissions: ["files"],
      },
    );
    expect(lines).toHaveLength(8);
    expect(lines.every((line) => line.startsWith("name: Use letters"))).toBe(true);
    expect(await said(`await show(() => ctx.files.get("a"));`)).toEqual(['This plugin was not granted the permission "files".']);
  });
});

test.for(Object.entries({ ...KV_STATEMENTS, OVERDUE_RUNS, DUE_PLUGINS, FORGET_RUNS, OVERFULL, FORGET_OVERFULL }))(
  "%s walks an index",
  async ([, sql]) => {
    const parameters = Math.max(...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)));
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...Array.from({ length: parameters }, () => "1"))
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).filter((detail) => /^SCAN (?!CONSTANT ROW)/.test(detail))).toEqual([]);
  },
);
