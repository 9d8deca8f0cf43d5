import type { BenchCase } from "../lib/types.ts";

const metrics: BenchCase = {
  name: "metrics",
  title: "GET /api/v2/analytics/forms/{id}/metrics, from the ledger's memory, in a time zone",
  connections: 32,
  request: ({ form_id, api_key }) => ({
    path: `/api/v2/analytics/forms/${form_id}/metrics?timezone=Asia/Kolkata`,
    headers: { authorization: `Bearer ${api_key}` },
  }),
  atLeast: { object: 0.5 },
};

export default metrics;
