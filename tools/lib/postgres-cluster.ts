// A throw-away PostgreSQL from the programs that Debian installs. It will not run as root, so root lends it to another user.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { Postgres } from "./postgres.ts";

const DEBIAN = "/usr/lib/postgresql";
const START_WITHIN_MS = 20_000;

export function canStartCluster(): boolean {
  return programs() !== null;
}

function programs(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  const newest = versions.map((version) => join(DEBIAN, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
  return newest !== undefined && (process.getuid?.() !== 0 || unprivileged() !== null) ? newest : null;
}

function unprivileged(): { uid: number; gid: number } | null {
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout || Number.NaN));
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid: uid as number, gid: gid as number };
  }
  return null;
}

export interface Cluster extends Postgres {
  /** Ends it as a crash would, without writing down what it holds, and starts it again. */
  crash(): Promise<void>;
}

export async function startCluster(port: number): Promise<Cluster> {
  const bin = programs();
  if (bin === null) throw new Error("No PostgreSQL is installed here.");
  const user = process.getuid?.() === 0 ? unprivileged() : null;
  const folder = mkdtempSync(join(tmpdir(), "headwater-postgres-"));
  chmodSync(folder, 0o700);
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const as = { cwd: folder, ...user };
  const data = join(folder, "data");
  // Another collation than ours and than bytes, so that what depends on it shows.
  const made = spawnSync(join(bin, "initdb"), ["-D", data, "-U", "headwater", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"], {
    ...as,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: folder, fsync: "off", max_connections: "200" };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const run = () => {
    const server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...options], { ...as, stdio: "ignore" });
    const ended = new Promise<void>((done) => server.once("exit", () => done()));
    return async (signal: NodeJS.Signals) => {
      server.kill(signal);
      await ended;
    };
  };
  let end = run();
  const stop = async () => {
    await end("SIGINT");
    rmSync(folder, { recursive: true, force: true });
  };
  // Nobody asks for the password, but Hyperdrive insists on one.
  const url = `postgres://headwater:unused@127.0.0.1:${port}/postgres?sslmode=disable`;
  try {
    await answers(url);
  } catch (error) {
    await stop();
    throw error;
  }
  const crash = async () => {
    await end("SIGQUIT");
    end = run();
    await answers(url);
  };
  return { url, stop, crash };
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + START_WITHIN_MS;
  for (;;) {
    const sql = postgres(url, { max: 1, connect_timeout: 1, fetch_types: false });
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 100));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
