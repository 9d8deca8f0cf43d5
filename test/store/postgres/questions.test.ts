import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { within } from "../../../src/store/postgres/questions";
import { describeQuestions } from "../questions-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeQuestions(name, { DB: env.DB, HYPERDRIVE: { connectionString } as Hyperdrive }, 4);

  // PGlite works in one thread and cannot interrupt itself: everyone after this test would wait for it.
  test.skipIf(name === "PGlite")(`${name}: the database gives up by itself when the time is up`, async () => {
    const sleep = { sql: "SELECT 1 FROM generate_series(1, 100000000) a WHERE a + $1::integer < 0", values: [1] };
    await expect(within(connectionString, 50, "A question", sleep)).rejects.toMatchObject({ name: "TimeLimitError" });
  });
});
