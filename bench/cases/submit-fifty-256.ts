import { publishFiftyForms, toOneOfFifty } from "../lib/fifty-forms.ts";
import type { BenchCase } from "../lib/types.ts";

const submitFifty256: BenchCase = {
  name: "submit-fifty-256",
  title: "A validated submit to fifty forms in turn; 256 connections",
  connections: 256,
  prepare: publishFiftyForms,
  request: (_, number) => toOneOfFifty(number),
  atLeast: { object: 0.5, plain: 5 },
};

export default submitFifty256;
