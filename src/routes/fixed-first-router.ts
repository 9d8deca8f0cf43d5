// Finds a request's handlers. Hono's fast router makes one regular expression of all routes, but refuses a set in which a fixed word
// stands where another route has a parameter (`/forms/import`, `/forms/:id/close`); its slow one takes any set, and walks a tree for
// each request. So the fixed paths, which are few, are looked up in the tree once each; the rest is left to the expression, but for
// families that it refuses (`/webhooks/dead-letters/:id` beside `/webhooks/:id/test`): those alone are walked.
import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

const VARIES = /[:*{]/;

export class FixedFirstRouter<T> implements Router<T> {
  readonly name = "FixedFirstRouter";
  readonly #everything = new TrieRouter<T>();
  readonly #varying: [method: string, path: string, handler: T][] = [];
  #expression: RegExpRouter<T> | null = null;
  /** How the paths of refused families begin. */
  readonly walked: string[] = [];
  /** By path, then by method. Only paths that are routes: what callers make up is never kept. */
  readonly #fixed = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#everything.add(method, path, handler);
    if (VARIES.test(path)) this.#varying.push([method, path, handler]);
    else this.#fixed.set(path, new Map());
  }

  match(method: string, path: string): Result<T> {
    const found = this.#fixed.get(path);
    if (found === undefined) {
      this.#expression ??= this.#build();
      if (this.#isWalked(path)) return this.#everything.match(method, path);
      return this.#expression.match(method, path);
    }
    let result = found.get(method);
    if (result === undefined) {
      result = this.#everything.match(method, path);
      if (KEPT_METHODS.has(method)) found.set(method, result);
    }
    return result;
  }

  #build(): RegExpRouter<T> {
    for (;;) {
      const expression = new RegExpRouter<T>();
      try {
        for (const route of this.#varying) if (!this.#isWalked(route[1])) expression.add(...route);
        expression.match("GET", "/");
        return expression;
      } catch (error) {
        // The path that it refuses is all that the error says.
        const refused = this.#varying.find(([, path]) => error instanceof Error && path === error.message)?.[1];
        const family = refused?.slice(0, refused.search(VARIES));
        if (family === undefined || this.walked.includes(family)) throw error;
        this.walked.push(family);
      }
    }
  }

  #isWalked(path: string): boolean {
    return this.walked.some((family) => path.startsWith(family));
  }
}

const KEPT_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
