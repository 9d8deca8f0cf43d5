// Watches what is asked of D1 and asks D1 how it would go about it.
import { env } from "cloudflare:test";

export interface Watched {
  db: D1Database;
  /** Every statement that would read a whole table, with the step that does. */
  scans(): Promise<string[]>;
  statements(): number;
}

export function watch(): Watched {
  const seen = new Set<string>();
  const db = new Proxy(env.DB, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "prepare") {
        return (sql: string) => {
          seen.add(sql);
          return target.prepare(sql);
        };
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { db, scans: async () => (await Promise.all([...seen].map(scansOf))).flat(), statements: () => seen.size };
}

async function scansOf(sql: string): Promise<string[]> {
  const values = Array(parametersOf(sql)).fill("x");
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  // A subquery that was bounded inside, and a row made of nothing, are no tables.
  return results.flatMap(({ detail }) => (/^SCAN (?!CONSTANT ROW|\(|looked\b)/.test(detail) ? [`${detail}: ${sql}`] : []));
}

/** Numbered ones may be named several times. */
function parametersOf(sql: string): number {
  const numbered = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number));
  return numbered.length > 0 ? Math.max(...numbered) : (sql.match(/\?/g)?.length ?? 0);
}
