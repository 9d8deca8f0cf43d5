// Finds a request's handlers. Hono's fast router makes one regular expression of all routes, but refuses a set in which a fixed word
// stands where another route has a parameter (`/forms/import`, `/forms/:id/close`); its slow one takes any set, and walks a tree for
// each request. So the fixed paths, which are few, are looked up in the tree once each; the rest is left to the expression, but for
// families that it refuses (`/webhooks/dead-letters/:id` beside `/webhooks/:id/test`): those alone are walked.
import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

const VARIES = /[:*{]/;
/** A form that is busy is asked for by the same path again and again. Bounded: callers may make up as many as they like. */
const MAX_RECENT = 1_000;
const MAX_RECENT_PATH = 200;

export class FixedFirstRouter<T> implements Router<T> {
  readonly name = "FixedFirstRouter";
  readonly #everything = new TrieRouter<T>();
  readonly #varying: [method: string, path: string, handler: T][] = [];
  #expression: RegExpRouter<T> | null = null;
  /** How the paths of refused families begin. */
  readonly walked: string[] = [];
  /** By path, then by method. Only paths that are routes: what callers make up is never kept. */
  readonly #fixed = new Map<string, Map<string, Result<T>>>();
  /** By path, then by method, as above. */
  readonly #recent = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#everything.add(method, path, handler);
    if (VARIES.test(path)) this.#varying.push([method, path, handler]);
    else this.#fixed.set(path, new Map());
  }

  match(method: string, path: string): Result<T> {
    const isFixed = this.#fixed.has(path);
    const known = isFixed ? this.#fixed.get(path) : this.#recentOf(path);
    let result = known?.get(method);
    if (result === undefined) {
      result = isFixed ? this.#everything.match(method, path) : this.#search(method, path);
      if (KEPT_METHODS.has(method)) known?.set(method, result);
    }
    return result;
  }

  #search(method: string, path: string): Result<T> {
    this.#expression ??= this.#build();
    return this.#isWalked(path) ? this.#everything.match(method, path) : this.#expression.match(method, path);
  }

  #recentOf(path: string): Map<string, Result<T>> | undefined {
    const known = this.#recent.get(path);
    if (known !== undefined || path.length > MAX_RECENT_PATH) return known;
    if (this.#recent.size >= MAX_RECENT) this.#recent.clear();
    const found = new Map<string, Result<T>>();
    this.#recent.set(path, found);
    return found;
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
