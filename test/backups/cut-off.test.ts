// A back-up and a restore that die after every single step, and once more between a step and the note that it was taken.
import { beforeAll, expect, test } from "vitest";
import { restoreInto } from "../../src/backups/restore";
import { writeBackup } from "../../src/backups/write-backup";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";
import { dyingOften } from "./support";

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
