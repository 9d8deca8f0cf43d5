import { env } from "cloudflare:test";
import { describeQuestions } from "../questions-conformance";
import { onEachPostgres } from "./databases";

onEachPostgres((name, connectionString) => {
  describeQuestions(name, { DB: env.DB, HYPERDRIVE: { connectionString } as Hyperdrive });
});
