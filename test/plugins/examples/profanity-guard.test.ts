import { expect, test } from "vitest";
import ProfanityGuard from "../../../plugins/profanity-guard";
import { tryHook } from "../../../src/plugins/sdk/test-kit";

const config = { words: ["darn", "Heck"] };
const submission = (data: Record<string, unknown>) => ({ form_id: "frm_1", form_version: 1, status: "complete", data });
const validate = async (data: Record<string, unknown>, more = {}) =>
  (await tryHook(ProfanityGuard, "validate", submission(data), { config: { ...config, ...more } })).returned;

test.each([["What the heck?"], ["D4RN it"], [["fine", "oh darn"]], [{ line1: "12 Heck Street" }]])(
  "%j is refused, at its field",
  async (comment) => {
    expect(await validate({ name: "Ada", comment })).toEqual({
      errors: [{ field: "comment", message: "Please put this in other words." }],
    });
  },
);

test.each([["Darning socks"], ["checkered"], [7], [null]])("%j passes", async (comment) => {
  expect(await validate({ comment })).toBeUndefined();
});

test("it can also only take note", async () => {
  expect(await validate({ a: "heck", b: "darn", c: "fine" }, { mode: "note" })).toEqual({ annotations: { profanity: 2 } });
});
