// The databases that vitest.postgres.config.ts has promised to the Worker: there before the tests, gone after them. Every project
// of that config asks for them; the first starts them, the last stops them.
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

interface Kept {
  users: number;
  keeper: Promise<ChildProcess>;
}

/** On the process, because each project loads this file anew. */
const shared = globalThis as { headwaterTestDatabases?: Kept };

export default async function setUp(): Promise<() => Promise<void>> {
  shared.headwaterTestDatabases ??= { users: 0, keeper: start() };
  const kept = shared.headwaterTestDatabases;
  kept.users += 1;
  const keeper = await kept.keeper;
  return async () => {
    kept.users -= 1;
    if (kept.users > 0) return;
    shared.headwaterTestDatabases = undefined;
    const ended = new Promise<void>((done) => keeper.once("exit", () => done()));
    keeper.disconnect();
    await ended;
  };
}

async function start(): Promise<ChildProcess> {
  const plan = process.env.HEADWATER_POSTGRES_PLAN;
  if (plan === undefined) throw new Error("vitest.postgres.config.ts has not said which databases it needs.");
  const keeper = fork(join(import.meta.dirname, "serve.ts"), [plan], { execArgv: ["--disable-warning=ExperimentalWarning"] });
  await new Promise<void>((ready, fail) => {
    keeper.once("message", () => ready());
    keeper.once("exit", (code) => fail(new Error(`The test databases did not start (exit ${code}).`)));
  });
  return keeper;
}
