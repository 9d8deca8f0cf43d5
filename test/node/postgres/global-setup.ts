// The databases that vitest.postgres.config.ts has promised to the Worker: there before the tests, gone after them.
import { fork } from "node:child_process";
import { join } from "node:path";

export default async function setUp(): Promise<() => Promise<void>> {
  const plan = process.env.HEADWATER_POSTGRES_PLAN;
  if (plan === undefined) throw new Error("vitest.postgres.config.ts has not said which databases it needs.");
  const keeper = fork(join(import.meta.dirname, "serve.ts"), [plan], { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const ended = new Promise<void>((done) => keeper.once("exit", () => done()));
  await new Promise<void>((ready, fail) => {
    keeper.once("message", () => ready());
    keeper.once("exit", (code) => fail(new Error(`The test databases did not start (exit ${code}).`)));
  });
  return () => {
    keeper.disconnect();
    return ended;
  };
}
