import { expect, test } from "vitest";
import { rollOut, type Target } from "../../tools/lib/roll-out.ts";
import { readTarget } from "../../tools/lib/wrangler.ts";

const target: Target = { env: "staging", worker: "headwater-staging", url: "https://staging.test" };

function attempt(complaintAt?: number) {
  const splits: Record<string, number>[] = [];
  const done = rollOut({
    target,
    before: "old",
    version: "new",
    watchSeconds: 20,
    split: async (_env, shares) => {
      splits.push(shares);
    },
    isHealthy: async () => (splits.length - 1 === complaintAt ? "d1 is down" : null),
    wait: async () => {},
  });
  return { splits, done };
}

test("the share grows from nobody to everybody", async () => {
  const { splits, done } = attempt();
  await done;
  expect(splits).toEqual([{ new: 0, old: 100 }, { new: 10, old: 90 }, { new: 50, old: 50 }, { new: 100 }]);
});

test.each([0, 1, 2, 3])("a complaint at step %i puts the version before back for everybody", async (step) => {
  const { splits, done } = attempt(step);
  await expect(done).rejects.toThrow("taken back: d1 is down");
  expect(splits).toHaveLength(step + 2);
  expect(splits.at(-1)).toEqual({ old: 100 });
});

test.each(["staging", "production"])("%s is refused while it holds the repository's placeholders", (env) => {
  expect(() => readTarget(env)).toThrow("must still be filled in");
});
