import { env } from "cloudflare:test";
import fc from "fast-check";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { Cached } from "../../src/cache";
import type { AppEnv } from "../../src/middleware/app-types";
import { type CacheReply, matchesEtag, respondCached } from "../../src/middleware/cache-headers";

const cached = new Cached("HIT-L1", { body: '"<p>hi</p>"', etag: '"abc"', versions: "1", freshUntil: 1, staleUntil: 2, heldUntil: 3 });

async function ask(reply: CacheReply, headers: Record<string, string> = {}) {
  const app = new Hono<AppEnv>().get("/", (c) => respondCached(c, cached, reply));
  return app.request("/", { headers }, env);
}

describe("a cached reply", () => {
  test("carries the bytes, their tag, where they came from, and asks to be asked again", async () => {
    const reply = await ask({ visibility: "public" });
    expect(await reply.text()).toBe('"<p>hi</p>"');
    expect(Object.fromEntries(reply.headers)).toEqual({
      "cache-control": "public, max-age=0, must-revalidate",
      "content-type": "application/json; charset=utf-8",
      etag: '"abc"',
      "x-cache": "HIT-L1",
    });
  });

  test("answers 304 without a body, with the headers a cache must renew", async () => {
    const reply = await ask({ visibility: "public", maxAgeSeconds: 5, vary: ["Origin"] }, { "If-None-Match": 'W/"abc"' });
    expect([reply.status, await reply.text(), reply.headers.get("Content-Type")]).toEqual([304, "", null]);
    expect(reply.headers.get("ETag")).toBe('"abc"');
    expect(reply.headers.get("Cache-Control")).toBe("public, max-age=5");
    expect(reply.headers.get("Vary")).toBe("Origin");
    expect(reply.headers.get("X-Cache")).toBe("HIT-L1");
  });

  test("that is private is never mixed up between callers", async () => {
    const reply = await ask({ visibility: "private", vary: ["Origin"] });
    expect(reply.headers.get("Cache-Control")).toMatch(/^private/);
    expect(reply.headers.get("Vary")).toBe("Authorization, X-API-Key, Cookie, Origin");
  });

  test("of another type is the text itself", async () => {
    const reply = await ask({ visibility: "public", contentType: "text/html; charset=utf-8" });
    expect(await reply.text()).toBe("<p>hi</p>");
    expect(reply.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  });
});

describe("If-None-Match", () => {
  test.each([
    ['"abc"', true],
    ['W/"abc"', true],
    ['"x", "abc"', true],
    ['W/"x" ,W/"abc"', true],
    ["*", true],
    [" * ", true],
    ['"ab"', false],
    ["abc", false],
    ["", false],
    ['"a,bc", "x"', false],
    ['"x\\"abc"', false],
  ])("%s", (header, matches) => {
    expect(matchesEtag(header, '"abc"')).toBe(matches);
  });

  test("a comma inside of a tag does not end it", () => {
    expect(matchesEtag('"a,b"', '"a,b"')).toBe(true);
  });

  test("any list that holds the tag matches, whatever else it holds", () => {
    const tag = fc.stringMatching(/^[!#-~]{1,20}$/).map((text) => `"${text}"`);
    fc.assert(
      fc.property(fc.array(tag), tag, fc.array(tag), (before, own, after) => {
        expect(matchesEtag([...before, `W/${own}`, ...after].join(", "), own)).toBe(true);
        expect(matchesEtag(before.join(", "), own)).toBe(before.includes(own));
      }),
    );
  });
});
