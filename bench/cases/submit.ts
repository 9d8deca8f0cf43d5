import { submission } from "../lib/submission.ts";
import type { BenchCase } from "../lib/types.ts";

const submit: BenchCase = {
  name: "submit",
  title: "POST /api/v1/forms/{slug}/responses, validated, on disk and counted; 32 connections, one form",
  connections: 32,
  request: ({ form_slug }, number) => submission(form_slug, number),
  atLeast: { object: 0.5, plain: 5 },
};

export default submit;
