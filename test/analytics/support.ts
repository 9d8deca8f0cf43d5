import { expect } from "vitest";
import { createForm, FIELDS, type FormWorld } from "../responses/support";

export interface MetricsView {
  form_id: string;
  total_responses: number;
  today_submissions: number;
  completion_rate: number;
  average_response_time: number | null;
  views: number;
  starts: number;
  partials: number;
  last_submitted_at: string | null;
  as_of: string;
  position: string;
}

export interface SeriesView {
  granularity: string;
  timezone: string;
  points: { timestamp: string; count: number }[];
  total: number;
  next_cursor: string | null;
}

export interface DistributionView {
  field: string;
  type: string;
  answered: number;
  values: { value: string | number | boolean; label: string; count: number; share: number }[];
  mean: number | null;
  median: number | null;
  min: number | null;
  max: number | null;
  quartiles: number[];
  standard_deviation: number | null;
  histogram: { from: number; to: number; count: number }[];
  nps: { score: number | null; promoters: number; passives: number; detractors: number; interval: { lower: number; upper: number } | null };
  rows: { row: string; answered: number; values: DistributionView["values"]; mean_step: number | null }[];
  average_ranks: { value: string; average_rank: number; places: number[] }[];
  words: { word: string; count: number }[];
  texts_read: number;
}

export interface AnalysedWorld extends FormWorld {
  metrics(query?: string): Promise<MetricsView>;
  series(query?: string): Promise<SeriesView>;
  distribution(field: string, query?: string): Promise<DistributionView>;
  remove(id: string): Promise<void>;
  restore(id: string): Promise<Response>;
  edit(id: string, data: Record<string, unknown>): Promise<Response>;
}

const choice = (name: string, type: string, values: string[]) => ({
  name,
  type,
  label: name,
  options: values.map((value) => ({ value, label: value.toUpperCase() })),
});

export const MORE_FIELDS = [
  ...FIELDS,
  { name: "stars", type: "rating", label: "Stars" },
  { name: "likely", type: "nps", label: "How likely" },
  choice("order", "ranking", ["x", "y", "z"]),
  { ...choice("service", "matrix", ["good", "bad"]), rows: ["speed", "price"].map((value) => ({ value, label: value })) },
  { name: "home", type: "group", label: "Home", fields: [{ name: "rooms", type: "number", label: "Rooms" }] },
  { name: "title", type: "heading", label: "A heading" },
];

export async function createAnalysed(fields: unknown[] = MORE_FIELDS, settings: Record<string, unknown> = {}): Promise<AnalysedWorld> {
  const form = await createForm(settings, fields);
  const path = `/api/v2/analytics/forms/${form.formId}`;
  const read = async <T>(tail: string): Promise<T> => {
    const reply = await form.call("GET", `${path}/${tail}`);
    expect(reply.status, await reply.clone().text()).toBe(200);
    return reply.json<T>();
  };
  const one = (id: string) => `/api/v1/forms/${form.formId}/responses/${id}`;
  return {
    ...form,
    metrics: (query = "") => read(`metrics${query}`),
    series: (query = "") => read(`timeseries${query}`),
    distribution: (field, query = "") => read(`fields/${field}/distribution${query}`),
    remove: async (id) => expect((await form.call("DELETE", one(id))).status).toBe(204),
    restore: (id) => form.call("POST", `${one(id)}/restore`),
    edit: (id, data) => form.call("PATCH", one(id), { data }),
  };
}
