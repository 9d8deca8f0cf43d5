// Where the responses of a tortured server lie, looked at from outside: what the killing thread watches, how far the store has come,
// and what is in it once the server has ended.
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../postgres.ts";
import { canStartCluster, startCluster } from "../postgres-cluster.ts";
import { freePort } from "./server.ts";
import { query, storeFile } from "./store-files.ts";

/** `pglite` runs inside the server and dies with it; `postgres` is a server of its own. */
export type StoreKind = "d1" | "postgres" | "pglite";

export type Watched = { kind: "sqlite"; file: string } | { kind: "postgres"; url: string };

export interface BulkStore {
  /** For the server's environment. */
  readonly env: Record<string, string>;
  /** Where the marks of ledgers can be seen to move while the server runs; null where only it can see them. */
  watched(): Watched | null;
  /** Of a server that is dead: how far each ledger has settled, by its name. Null as above. */
  marks(): Promise<Map<string, number> | null>;
  /** Of a server that has ended. */
  read<T>(sql: string, ...values: string[]): Promise<T[]>;
  /** Where it is a server of its own: it crashes, and comes back. */
  crash?(): Promise<void>;
  stop(): Promise<void>;
}

const MARKS = "SELECT form_id || ':' || shard AS name, seq FROM ledger_marks";

export async function openStore(kind: StoreKind, state: string): Promise<BulkStore> {
  if (kind === "d1") return openD1(join(state, "stores"));
  return kind === "pglite" ? openPglite(join(state, "postgres")) : openCluster();
}

export function realPostgres(): StoreKind {
  return canStartCluster() ? "postgres" : "pglite";
}

function openD1(stores: string): BulkStore {
  const read = async <T>(sql: string, ...values: string[]) => query<T>(storeFile(stores), sql, ...values);
  return {
    env: {},
    watched: () => ({ kind: "sqlite", file: storeFile(stores) }),
    marks: async () => marksIn(await read(MARKS)),
    read,
    stop: async () => {},
  };
}

async function openCluster(): Promise<BulkStore> {
  const cluster = await startCluster(await freePort());
  const read = <T>(sql: string, ...values: string[]) => ask<T>(cluster.url, sql, values);
  return {
    env: { HEADWATER_POSTGRES: cluster.url },
    watched: () => ({ kind: "postgres", url: cluster.url }),
    marks: async () => marksIn(await read(MARKS)),
    read,
    crash: cluster.crash,
    stop: cluster.stop,
  };
}

function openPglite(folder: string): BulkStore {
  const read = async <T>(sql: string, ...values: string[]) => {
    const opened = await startPostgres(folder);
    try {
      return await ask<T>(opened.url, sql, values);
    } finally {
      await opened.stop();
    }
  };
  // Opening its files would already repair them, and only one process may.
  return { env: { HEADWATER_POSTGRES: "1" }, watched: () => null, marks: async () => null, read, stop: async () => {} };
}

function marksIn(rows: { name: string; seq: number }[]): Map<string, number> {
  return new Map(rows.map(({ name, seq }) => [name, Number(seq)]));
}

async function ask<T>(url: string, sql: string, values: string[]): Promise<T[]> {
  const client = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} });
  try {
    let place = 0;
    return [
      ...(await client.unsafe(
        sql.replace(/\?/g, () => `$${++place}`),
        values,
      )),
    ] as T[];
  } finally {
    await client.end({ timeout: 1 });
  }
}
