import { expect } from "vitest";
import { type AnalysedWorld, createAnalysed } from "../support";

export interface AnswerView {
  data: unknown;
  rows: { group: Record<string, unknown>; value: unknown }[];
  meta: { plan: string; cached: boolean; elapsed_ms: number; scanned_rows: number; query_hash: string };
}

export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors: { path: string; message: string; code: string }[];
}

export interface AskedWorld extends AnalysedWorld {
  ask(query: unknown): Promise<AnswerView>;
  refused(query: unknown): Promise<Problem>;
}

export async function createAsked(fields?: unknown[], settings: Record<string, unknown> = {}): Promise<AskedWorld> {
  const form = await createAnalysed(fields, settings);
  return { ...form, ...asking(form) };
}

export function asking(form: AnalysedWorld): Pick<AskedWorld, "ask" | "refused"> {
  const send = (query: unknown) => form.call("POST", `/api/v2/analytics/forms/${form.formId}/query`, query);
  return {
    ask: async (query) => {
      const reply = await send(query);
      expect(reply.status, await reply.clone().text()).toBe(200);
      return reply.json();
    },
    refused: async (query) => {
      const reply = await send(query);
      expect(reply.status, await reply.clone().text()).toBe(422);
      return reply.json();
    },
  };
}
