// Finds a request's handlers. Hono's fast router makes one regular expression of all routes, but refuses a set in which a fixed word
// stands where another route has a parameter (`/forms/import`, `/forms/:id/close`); its slow one takes any set, and walks a tree for
// each request. So the fixed paths, which are few, are looked up in the tree once each; the rest is left to the expression.
import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

const VARIES = /[:*{]/;

export class FixedFirstRouter<T> implements Router<T> {
  readonly name = "FixedFirstRouter";
  readonly #everything = new TrieRouter<T>();
  /** As Hono does by itself: the expression, or the tree again should a route ever be added that the expression refuses. */
  readonly #varying = new SmartRouter<T>({ routers: [new RegExpRouter(), new TrieRouter()] });
  /** By path, then by method. Only paths that are routes: what callers make up is never kept. */
  readonly #fixed = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#everything.add(method, path, handler);
    if (VARIES.test(path)) this.#varying.add(method, path, handler);
    else this.#fixed.set(path, new Map());
  }

  match(method: string, path: string): Result<T> {
    const found = this.#fixed.get(path);
    if (found === undefined) return this.#varying.match(method, path);
    let result = found.get(method);
    if (result === undefined) {
      result = this.#everything.match(method, path);
      if (KEPT_METHODS.has(method)) found.set(method, result);
    }
    return result;
  }
}

const KEPT_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
