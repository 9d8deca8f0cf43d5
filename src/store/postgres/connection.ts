// One statement, one connection, one transaction. Behind Hyperdrive a connection is cheap (the pool is on its other side), and one
// opened for a request may not be used by the next, so nothing is kept open.

import { waitUntil } from "cloudflare:workers";
import { connect } from "node:net";
import postgres from "postgres";
import { withTimeLimit } from "../../shared/time-limit";

const STATEMENT_LIMIT_MS = 10_000;
const CONNECT_LIMIT_S = 5;
const FAREWELL_S = 2;

// Read in a transaction and unprepared: Hyperdrive answers neither from its cache of query results, which would be a minute old.
const OPENING = {
  read: "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY",
  write: "BEGIN ISOLATION LEVEL READ COMMITTED",
} as const;

export type Parameter = string | number | null;
export type Row = Record<string, unknown>;

export interface Statement {
  sql: string;
  values: Parameter[];
}

export interface Postgres {
  read<T extends Row>(what: string, statement: Statement): Promise<T[]>;
  write<T extends Row>(what: string, statement: Statement): Promise<T[]>;
}

export function openPostgres(connectionString: string, statementLimitMs = STATEMENT_LIMIT_MS): Postgres {
  return {
    read: (what, statement) => run(connectionString, { mode: "read", what, statementLimitMs }, statement),
    write: (what, statement) => run(connectionString, { mode: "write", what, statementLimitMs }, statement),
  };
}

interface Manner {
  mode: keyof typeof OPENING;
  what: string;
  statementLimitMs: number;
}

async function run<T extends Row>(connectionString: string, manner: Manner, statement: Statement): Promise<T[]> {
  const options = {
    max: 1,
    connect_timeout: CONNECT_LIMIT_S,
    // We use no array types; asking for them costs a trip.
    fetch_types: false,
    prepare: false,
    onnotice: () => {},
    // The driver's own socket for Workers leaves a rejection behind that nobody can catch, each time it closes (its issue 1196).
    socket: openSocket,
    connection: { application_name: "headwater" },
    // All our 64-bit columns are times, counts and positions, far below 2^53.
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  };
  const client = postgres(connectionString, options);
  let farewell = 0;
  try {
    // The database keeps the first limit; ours is for a network that swallows what it says.
    const limitMs = manner.statementLimitMs + CONNECT_LIMIT_S * 1_000;
    const rows = await withTimeLimit(manner.what, limitMs, transact<T>(client, manner, statement));
    farewell = FAREWELL_S;
    return rows;
  } finally {
    // After a failure the connection is dropped at once: whatever it was doing is rolled back.
    waitUntil(client.end({ timeout: farewell }));
  }
}

/** The driver hands over its options as it has parsed them: hosts and ports are lists there. */
function openSocket({ host, port }: { host: string[]; port: number[] }) {
  return connect({ host: host[0] ?? "", port: port[0] ?? 5432 });
}

async function transact<T extends Row>(client: postgres.Sql, { mode, statementLimitMs }: Manner, { sql, values }: Statement): Promise<T[]> {
  // The pool takes connections back between transactions and resets them, so limits are set in each. The second frees the locks of a
  // caller that died half-way.
  const limits = `SET LOCAL statement_timeout = ${statementLimitMs}; SET LOCAL idle_in_transaction_session_timeout = ${statementLimitMs}`;
  // With `max: 1` everything takes the one connection, in order. Not `reserve()`: with `fetch_types: false` it never answers on a fresh
  // connection (issue 751). Not `begin()`: it waits for each step, and these can be sent together.
  const [, rows] = await Promise.all([
    client.unsafe(`${OPENING[mode]}; ${limits}`).execute(),
    client.unsafe<T[]>(sql, values.map(storable)).execute(),
  ]);
  const ended = client.unsafe("COMMIT").execute();
  if (mode === "write") {
    // A transaction that has failed answers COMMIT with ROLLBACK, and no error.
    const { command } = await ended;
    if (command !== "COMMIT") throw new Error(`Postgres did not commit: ${command}`);
  } else waitUntil(ended.catch(() => {}));
  return [...rows];
}

/** Postgres has no NUL in text. Nothing stored has one either, so what asks for it may ask for something else that is not there. */
export function storable<T extends Parameter | boolean>(value: T): T {
  return (typeof value === "string" ? value.replaceAll("\0", "\ufffd").toWellFormed() : value) as T;
}
