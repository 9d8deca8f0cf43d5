// A published form whose responses came at times of one's choosing.
import { expect } from "vitest";
import { acceptResponse } from "../../../src/responses";
import { asSystem } from "../../../src/shared/context";
import { testContext } from "../../support/context";
import type { World } from "../../support/world";

export interface StoredResponse {
  submitted_at: string;
  status?: "complete" | "partial";
  data: Record<string, unknown>;
  meta?: { country?: string; referrer?: string };
}

export async function storedForm(world: World, fields: unknown[], responses: readonly StoredResponse[]): Promise<{ formId: string }> {
  const created = await world.call("POST", "/api/v1/forms", { title: "Stored", schema: { fields } });
  const { id: formId } = await created.json<{ id: string }>();
  const published = await world.call("POST", `/api/v1/forms/${formId}/publish`);
  expect(published.status, await published.clone().text()).toBe(200);
  const ctx = asSystem(testContext(), world.workspaceId);
  for (const { submitted_at, status = "complete", data, meta = {} } of responses) {
    const visit = { origin: null, referrer: meta.referrer ?? null, country: meta.country ?? null, userAgent: null };
    await acceptResponse(ctx, { validators: null, formId, data, status, submittedAt: Date.parse(submitted_at), visit });
  }
  return { formId };
}
