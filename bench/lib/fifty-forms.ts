import type { Demo } from "../../tools/lib/seed.ts";
import { publishCopy } from "./copy-form.ts";
import { submission } from "./submission.ts";
import type { BenchRequest } from "./types.ts";

const FORMS = 50;
const slugOf = (number: number) => `bench-${number % FORMS}`;

/** Those that an earlier case has made are there already. */
export async function publishFiftyForms(demo: Demo): Promise<void> {
  for (let number = 0; number < FORMS; number++) await publishCopy(demo, { title: `Bench ${number}`, slug: slugOf(number) });
}

export function toOneOfFifty(number: number): BenchRequest {
  return submission(slugOf(number), number);
}
