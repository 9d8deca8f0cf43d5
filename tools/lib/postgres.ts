// A Postgres without installing one: PGlite behind a socket that speaks Postgres' own protocol, so that the Worker meets it through
// Hyperdrive exactly as it would a real one. Started only when asked for.
import { mkdirSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { migratePostgres } from "./migrate-postgres.ts";

/** It works through one transaction after the other; the rest wait in line, so many may be connected. */
const MAX_CONNECTIONS = 200;

export interface Postgres {
  url: string;
  stop(): Promise<void>;
}

/** `folder` undefined: in memory. `port` 0: a free one. */
export async function startPostgres(folder?: string, port = 0): Promise<Postgres> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = await PGlite.create(folder);
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port, maxConnections: MAX_CONNECTIONS });
  const stop = async () => {
    await server.stop();
    await db.close();
  };
  await server.start();
  const url = `postgres://postgres:postgres@${server.getServerConn()}/postgres?sslmode=disable`;
  try {
    await migratePostgres(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
