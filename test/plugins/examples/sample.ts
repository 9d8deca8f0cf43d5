import type { ResponsePayload } from "../../../src/plugins/sdk";

export function response(data: Record<string, unknown>, over: Partial<ResponsePayload> = {}): ResponsePayload {
  return {
    id: "rsp_1",
    form_id: "frm_1",
    form_version: 1,
    status: "complete",
    submitted_at: "2026-01-31T09:00:00.000Z",
    updated_at: "2026-01-31T09:00:00.000Z",
    data,
    meta: {},
    seq: 1,
    ...over,
  };
}
