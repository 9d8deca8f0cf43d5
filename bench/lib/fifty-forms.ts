import type { Demo } from "../../tools/lib/seed.ts";
import { submission } from "./submission.ts";
import type { BenchRequest } from "./types.ts";

const FORMS = 50;
const slugOf = (number: number) => `bench-${number % FORMS}`;

/** Copies of the demo form; those that an earlier case has made are there already. */
export async function publishFiftyForms({ url, api_key, form_id }: Demo): Promise<void> {
  const { schema } = (await ask("GET", `/${form_id}`)) as { schema: object };
  for (let number = 0; number < FORMS; number++) {
    const made = await ask("POST", "", { title: `Bench ${number}`, slug: slugOf(number), schema });
    if (made !== null) await ask("POST", `/${(made as { id: string }).id}/publish`);
  }

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { Authorization: `Bearer ${api_key}`, "Content-Type": "application/json" };
    const reply = await fetch(`${url}/api/v1/forms${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    if (reply.status === 409) return null;
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return await reply.json();
  }
}

export function toOneOfFifty(number: number): BenchRequest {
  return submission(slugOf(number), number);
}
