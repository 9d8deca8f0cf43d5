// One statement, one connection, one transaction. Behind Hyperdrive a connection is cheap (the pool is on its other side), and one
// opened for a request may not be used by the next, so nothing is kept open.
import { waitUntil } from "cloudflare:workers";
import postgres from "postgres";
import { withTimeLimit } from "../../shared/time-limit";

export const STATEMENT_LIMIT_MS = 10_000;
const CONNECT_LIMIT_S = 5;
/** For the whole of it, should the network swallow what the database says. */
const LIMIT_MS = STATEMENT_LIMIT_MS + CONNECT_LIMIT_S * 1_000;
const FAREWELL_S = 2;

// The pool takes connections back between transactions and resets them, so limits are set in each. The second one frees the
// locks of a caller that died half-way.
const LIMITS = `SET LOCAL statement_timeout = ${STATEMENT_LIMIT_MS}; SET LOCAL idle_in_transaction_session_timeout = ${STATEMENT_LIMIT_MS}`;
// Read in a transaction and unprepared: Hyperdrive answers neither from its cache of query results, which would be a minute old.
const OPENING = {
  read: `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; ${LIMITS}`,
  write: `BEGIN ISOLATION LEVEL READ COMMITTED; ${LIMITS}`,
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

export function openPostgres(connectionString: string): Postgres {
  return {
    read: (what, statement) => run(connectionString, "read", what, statement),
    write: (what, statement) => run(connectionString, "write", what, statement),
  };
}

async function run<T extends Row>(connectionString: string, mode: keyof typeof OPENING, what: string, statement: Statement): Promise<T[]> {
  const client = postgres(connectionString, {
    max: 1,
    connect_timeout: CONNECT_LIMIT_S,
    // We use no array types; asking for them costs a trip.
    fetch_types: false,
    prepare: false,
    onnotice: () => {},
    connection: { application_name: "headwater" },
    // All our 64-bit columns are times, counts and positions, far below 2^53.
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  });
  let farewell = 0;
  try {
    const rows = await withTimeLimit(what, LIMIT_MS, transact<T>(client, mode, statement));
    farewell = FAREWELL_S;
    return rows;
  } finally {
    // After a failure the connection is dropped at once: whatever it was doing is rolled back.
    waitUntil(client.end({ timeout: farewell }));
  }
}

async function transact<T extends Row>(client: postgres.Sql, mode: keyof typeof OPENING, { sql, values }: Statement): Promise<T[]> {
  // With `max: 1` everything takes the one connection, in order. Not `reserve()`: with `fetch_types: false` it never answers on a fresh
  // connection (porsager/postgres issue 751). Not `begin()`: it waits for each step, and these can be sent together.
  const [, rows] = await Promise.all([client.unsafe(OPENING[mode]).execute(), client.unsafe<T[]>(sql, values.map(storable)).execute()]);
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
