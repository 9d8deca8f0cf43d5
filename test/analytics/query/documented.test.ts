// Every example of docs/query-language.md, run as it stands there.
import { expect, test } from "vitest";
import page from "../../../docs/query-language.md?raw";
import { AGGREGATES, BUCKETS } from "../../../src/analytics";
import { createWorld } from "../../support/world";
import { storedForm } from "./stored";

const blocks = [...page.matchAll(/^```json (\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = "", text = ""]) => ({
  kind,
  value: JSON.parse(text),
}));
const choice = (name: string, type: string, ...values: string[]) => ({
  name,
  type,
  label: name,
  options: values.map((value) => ({ value, label: value })),
});

const FIELDS = [
  { name: "name", type: "short_text", label: "Name" },
  choice("department", "select", "IT", "HR"),
  choice("tags", "multi_select", "red", "blue", "green"),
  { name: "score", type: "number", label: "Score" },
  { name: "agree", type: "yes_no", label: "Agree" },
  { name: "visit", type: "date", label: "Visit" },
];

test("the page shows every aggregate, every operator and every step of time", () => {
  const shown = JSON.stringify(blocks.filter(({ kind }) => kind === "question").map(({ value }) => value));
  for (const word of [...AGGREGATES, ...BUCKETS.map((by) => `"by":"${by}"`)]) expect(shown).toContain(word);
  for (const operator of ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists", "contains", "and", "or", "not"])
    expect(shown).toContain(`"$${operator}"`);
});

test("every question of the page has the answer that stands beside it", { timeout: 60_000 }, async () => {
  const world = await createWorld();
  const { formId } = await storedForm(world, FIELDS, blocks.find(({ kind }) => kind === "responses")?.value);
  let asked = 0;
  for (const [i, { kind, value }] of blocks.entries()) {
    if (kind !== "question") continue;
    const beside = blocks[i + 1];
    const reply = await world.call("POST", `/api/v2/analytics/forms/${formId}/query`, value);
    expect(reply.status, `${JSON.stringify(value)}: ${await reply.clone().text()}`).toBe(beside?.kind === "refusal" ? 422 : 200);
    expect(await reply.json(), JSON.stringify(value)).toMatchObject(beside?.value);
    asked += 1;
  }
  expect(asked).toBeGreaterThan(30);
});
