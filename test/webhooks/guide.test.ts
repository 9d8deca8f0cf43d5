import { expect, test } from "vitest";
import guide from "../../docs/webhooks.md?raw";
import { compileBody, renderBody } from "../../src/webhooks/payload/body";

test("the template of the guide makes what the guide says", () => {
  const template = JSON.parse(/```json\n(\{"text"[\s\S]*?)```/.exec(guide)?.[1] ?? "null");
  const compiled = compileBody(template);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const event = {
    id: "evt_1",
    type: "response.submitted",
    occurred_at: "2026-01-31T09:00:00.000Z",
    workspace_id: "ws_1",
    form_id: "frm_1",
  };
  const fill = (answers: object) =>
    JSON.parse(renderBody({ ...event, data: { data: answers } }, { redact: [], template: compiled.template }, null, 0));
  expect(fill({ name: "Ada", rating: 5 })).toEqual({ text: "Ada rated us 5", rating: 5, happy: "yes" });
  expect(fill({ rating: 2 })).toEqual({ text: "Somebody rated us 2", rating: 2, happy: "no" });
});
