import { expect } from "vitest";
import { createWorld, type World } from "../support/world";

export interface FormWorld extends World {
  formId: string;
  submit(data: Record<string, unknown>, options?: SubmitOptions): Promise<Response>;
  accepted(data: Record<string, unknown>, options?: SubmitOptions): Promise<Receipt>;
  list(query?: string): Promise<{ responses: Listed[]; next_cursor: string | null }>;
}

export interface SubmitOptions {
  key?: string | null;
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
}

export interface Receipt {
  id: string;
  form_id: string;
  status: string;
  submitted_at: string;
  data: Record<string, unknown>;
  seq: number;
  position: string;
  resume_token?: string;
}

export interface Listed extends Receipt {
  revision: number;
  meta: Record<string, unknown>;
  deleted_at: string | null;
}

export const FIELDS = [
  { name: "name", type: "short_text", label: "Name", required: true },
  { name: "email", type: "email", label: "E-mail" },
  { name: "department", type: "select", label: "Department", options: ["IT", "HR", "Sales"].map((value) => ({ value, label: value })) },
  { name: "tags", type: "multi_select", label: "Tags", options: ["a", "b", "c"].map((value) => ({ value, label: value })) },
  { name: "score", type: "number", label: "Score" },
  { name: "agree", type: "yes_no", label: "Agree" },
];

/** A workspace with one published form. */
export async function createForm(settings: Record<string, unknown> = {}, fields: unknown[] = FIELDS): Promise<FormWorld> {
  const world = await createWorld();
  const created = await world.call("POST", "/api/v1/forms", { title: "Survey", schema: { fields, settings } });
  expect(created.status, await created.clone().text()).toBe(201);
  const { id: formId } = await created.json<{ id: string }>();
  const published = await world.call("POST", `/api/v1/forms/${formId}/publish`);
  expect(published.status, await published.clone().text()).toBe(200);
  const path = `/api/v1/forms/${formId}/responses`;
  const submit = (data: Record<string, unknown>, { body, key = null, headers }: SubmitOptions = {}) =>
    world.call("POST", path, { data, ...body }, { key, headers });
  return {
    ...world,
    formId,
    submit,
    accepted: async (data, options) => {
      const reply = await submit(data, options);
      expect(reply.status, await reply.clone().text()).toBe(201);
      return reply.json<Receipt>();
    },
    list: async (query = "") => {
      const reply = await world.call("GET", `${path}${query}`);
      expect(reply.status, await reply.clone().text()).toBe(200);
      return reply.json();
    },
  };
}

export async function problemOf(reply: Response): Promise<{ status: number; code: string; errors?: { path: string; code: string }[] }> {
  return reply.json();
}
