import { submission } from "../lib/submission.ts";
import type { BenchCase } from "../lib/types.ts";

const submit256: BenchCase = {
  name: "submit-256",
  title: "The same from 256 connections",
  connections: 256,
  request: ({ form_slug }, number) => submission(form_slug, number),
  atLeast: { object: 0.5, plain: 5 },
};

export default submit256;
