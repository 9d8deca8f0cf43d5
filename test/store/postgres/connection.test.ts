// What happens when Postgres is slow, gone, or not what it should be.
import { describe, expect, test } from "vitest";
import { openPostgres } from "../../../src/store/postgres/connection";
import { onEachPostgres } from "./databases";

test("nobody there: an error, at once", async () => {
  const db = openPostgres("postgres://nobody:x@127.0.0.1:1/none?sslmode=disable");
  await expect(db.read("A question", { sql: "SELECT 1", values: [] })).rejects.toThrow();
});

onEachPostgres((name, connectionString) =>
  describe(name, () => {
    const db = openPostgres(connectionString);

    test("a read writes nothing", async () => {
      const sql = "INSERT INTO ledger_marks VALUES ('frm_x', 0, 'ws_x', 0, '', $1)";
      await expect(db.read("A write in disguise", { sql, values: [0] })).rejects.toThrow(/read-only/);
    });

    test("an error leaves nothing, and the next question is answered", async () => {
      await expect(db.write("Nonsense", { sql: "SELECT no_such_thing($1)", values: [1] })).rejects.toThrow(/no_such_thing/);
      expect(await db.read("A question", { sql: "SELECT $1::text AS said", values: ["hello"] })).toEqual([{ said: "hello" }]);
    });

    test("many at once are all answered", async () => {
      const asked = Array.from({ length: 30 }, (_, n) =>
        db.read<{ n: number }>("A question", { sql: "SELECT $1::bigint AS n", values: [n] }),
      );
      expect((await Promise.all(asked)).map(([row]) => row?.n)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    });

    test("nothing is left set on the connection, nothing is prepared, limits are those of the transaction", async () => {
      const sql =
        "SELECT current_setting('statement_timeout') AS timeout, current_setting('transaction_read_only') AS read_only WHERE $1 = 1";
      expect(await openPostgres(connectionString, 1_234).read("Settings", { sql, values: [1] })).toEqual([
        { timeout: "1234ms", read_only: "on" },
      ]);
      expect(await db.write("Settings", { sql, values: [1] })).toEqual([{ timeout: "10s", read_only: "off" }]);
    });

    // PGlite works in one thread and cannot interrupt itself.
    describe.skipIf(name === "PGlite")("what takes too long", () => {
      test("is stopped by the database, and its locks are free", async () => {
        const hurried = openPostgres(connectionString, 200);
        const sql = "SELECT pg_sleep(30) WHERE $1 = 1";
        await expect(hurried.read("A long sleep", { sql, values: [1] })).rejects.toThrow(/statement timeout/);
        const [row] = await db.read<{ n: number }>("Who sleeps", {
          sql: "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid() AND $1 = 1",
          values: [1],
        });
        expect(row?.n).toBe(0);
      });
    });
  }),
);
