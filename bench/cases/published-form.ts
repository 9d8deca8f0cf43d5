import type { BenchCase } from "../lib/types.ts";

const publishedForm: BenchCase = {
  name: "published-form",
  title: "GET /api/v1/forms/{slug}/public, cached",
  connections: 32,
  request: ({ form_slug }) => ({ path: `/api/v1/forms/${form_slug}/public` }),
  atLeast: { bare: 0.5 },
};

export default publishedForm;
