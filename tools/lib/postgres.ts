// The embedded Postgres of development: PGlite behind a socket that speaks Postgres' own protocol, so that the Worker meets it
// through Hyperdrive exactly as it would a real one.
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

export interface RunningPostgres {
  url: string;
  stop(): Promise<void>;
}

/** It works one transaction after the other; the rest wait in line, so many may be connected. */
const MAX_CONNECTIONS = 200;

/** Without a folder everything is forgotten; without a port it takes a free one. */
export async function startPglite({ folder, port = 0 }: { folder?: string; port?: number } = {}): Promise<RunningPostgres> {
  const db = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port, maxConnections: MAX_CONNECTIONS });
  await server.start();
  return {
    url: `postgres://postgres:postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}
