import { publishFiftyForms, toOneOfFifty } from "../lib/fifty-forms.ts";
import type { BenchCase } from "../lib/types.ts";

const submitFifty: BenchCase = {
  name: "submit-fifty",
  title: "A validated submit to fifty forms in turn; 32 connections",
  connections: 32,
  prepare: publishFiftyForms,
  request: (_, number) => toOneOfFifty(number),
  atLeast: { object: 0.5, plain: 5 },
};

export default submitFifty;
