import { TrieRouter } from "hono/router/trie-router";
import { expect, test } from "vitest";
import { createApp } from "../../src/app";
import { FixedFirstRouter } from "../../src/routes/fixed-first-router";

const { routes } = createApp();
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];

test("every path meets the handlers that the tree would find, with the same parameters, the first time and again", () => {
  const [tree, ours] = [new TrieRouter<number>(), new FixedFirstRouter<number>()];
  for (const [i, { method, path }] of routes.entries()) for (const router of [tree, ours]) router.add(method, path, i);
  const paths = new Set([
    "/",
    "/nothing/here",
    "/api/v1/forms/",
    ...routes.map(({ path }) => path.replace(/:\w+/g, "some-id").replace("*", "x")),
  ]);
  for (const path of paths) {
    for (const method of METHODS) {
      const expected = found(tree.match(method, path));
      expect([method, path, found(ours.match(method, path))]).toEqual([method, path, expected]);
      expect([method, path, found(ours.match(method, path))]).toEqual([method, path, expected]);
    }
  }
});

test("what is asked for most is found by the expression, and only families that it refuses are walked", () => {
  const router = new FixedFirstRouter<number>();
  for (const [i, { method, path }] of routes.entries()) router.add(method, path, i);
  router.match("GET", "/f/some-form");
  expect(router.walked.length).toBeLessThan(6);
  for (const busy of ["/f/x", "/api/v1/forms/x/responses", "/api/v1/forms/x/public", "/api/v2/analytics/forms/x/metrics"]) {
    expect(router.walked.filter((family) => busy.startsWith(family))).toEqual([]);
  }
});

/** Handlers with their parameters by name, whichever of the two ways a router tells them. */
function found([handlers, stash]: ReturnType<FixedFirstRouter<number>["match"]>): [number, Record<string, string>][] {
  return handlers.map(([handler, params]) => [
    handler,
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, typeof value === "number" ? (stash?.[value] ?? "") : value])),
  ]);
}
