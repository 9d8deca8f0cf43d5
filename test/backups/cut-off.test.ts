// A back-up and a restore that die after every single step, and once more between a step and the note that it was taken.
import { beforeAll, expect, test } from "vitest";
import { restoreInto } from "../../src/backups/restore";
import { writeBackup } from "../../src/backups/write-backup";
import type { JobControl, JobOutcome } from "../../src/jobs";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";

class Died extends Error {}

/** Runs `work` over and over, each time from what was noted last, killing it before and after each note. */
async function dyingOften<T>(work: (control: JobControl) => Promise<JobOutcome<T>>): Promise<{ result: T; deaths: number }> {
  let saved: unknown = null;
  let deaths = 0;
  for (let lives = 0; lives < 200; lives++) {
    const diesBeforeNoting = lives % 2 === 0;
    let notes = 0;
    const control: JobControl = {
      jobId: "job_of_the_test",
      attempt: 1,
      correlationId: "req_test",
      createdBy: null,
      saved,
      signal: new AbortController().signal,
      isTimeUp: () => false,
      progress: async () => {},
      checkCancelled: async () => {},
      checkpoint: async (state) => {
        notes += 1;
        // The second note of a life is lost with it; so every step is taken, lost, and taken again.
        if (diesBeforeNoting && notes === 2) throw new Died();
        saved = JSON.parse(JSON.stringify(state));
        if (!diesBeforeNoting && notes === 2) throw new Died();
      },
    };
    try {
      const outcome = await work(control);
      if (outcome.kind === "done") return { result: outcome.result, deaths };
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      deaths += 1;
    }
  }
  throw new Error("It never came to an end.");
}

let world: FormWorld;

beforeAll(async () => {
  world = await createForm();
  for (let i = 0; i < 20; i++) await world.accepted({ name: `Person ${i}`, score: i });
  const { responses } = await world.list("?limit=3");
  for (const { id } of responses) await world.call("PATCH", `/api/v1/forms/${world.formId}/responses/${id}`, { data: { score: 99 } });
});

test("what is restored is whole, however often the work died", async () => {
  const backupId = newId("backup");
  const from = asSystem(testContext(), world.workspaceId);
  const written = await dyingOften((control) => writeBackup(from, backupId, control));
  expect(written.deaths).toBeGreaterThan(2);
  expect(written.result).toMatchObject({ forms: 1, responses: 20 });

  const fresh = await createWorld();
  const into = asSystem(testContext(), fresh.workspaceId);
  const source = { workspaceId: world.workspaceId, backupId, restoreId: "job_of_the_test" };
  const restored = await dyingOften((control) => restoreInto(into, source, control));
  expect(restored.deaths).toBeGreaterThan(5);
  expect(restored.result).toMatchObject({ forms: 1, drift: 0 });

  const { forms } = await (await fresh.call("GET", "/api/v1/forms")).json<{ forms: { id: string }[] }>();
  const reply = await fresh.call("GET", `/api/v1/forms/${forms[0]?.id}/responses`);
  const { responses } = await reply.json<{ responses: { data: unknown; seq: number }[] }>();
  const before = await world.list();
  expect(responses.map(({ data, seq }) => ({ data, seq }))).toEqual(before.responses.map(({ data, seq }) => ({ data, seq })));
});
