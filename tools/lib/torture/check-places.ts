// Exactly as many places as there are: whoever holds one gets it, everybody else as many as are left, and then nobody.
import type { Client } from "./client.ts";
import { COLOURS, isLive, type TortureForm } from "./model.ts";
import { begin, submit } from "./submits.ts";

const LAPSES_WITHIN_MS = 60_000;

/** Fills a form with a quota to the last place. What is known to be held stays held meanwhile. */
export async function fillUp(client: Client, form: TortureForm): Promise<void> {
  const { model } = client;
  const { quota } = form;
  if (quota === null) return;
  const plain = { colour: COLOURS.find((colour) => colour !== quota.colour) ?? "", score: 1 };
  // None of which nobody knows: those have lapsed before.
  for (const start of form.starts) if (start.state === "held" && start.heldUntil < Date.now() + LAPSES_WITHIN_MS) return;
  const taken = () => form.responses.filter(isLive).length;
  const held = () => form.starts.filter(({ state }) => state === "held");
  for (let tries = 0; tries <= quota.limit; tries++) {
    const tracked = model.track(form, plain);
    await submit(client, tracked);
    if (tracked.refused) break;
  }
  if (taken() + held().length !== quota.limit)
    model.violation(`${form.id} is full with ${taken()} and ${held().length} held, of ${quota.limit} places`);
  if ((await begin(client, form)) !== null) model.violation(`${form.id} is full and let somebody begin`);
  for (const start of held()) await submit(client, model.track(form, plain, "complete", start));
  if (taken() !== quota.limit) model.violation(`${form.id} has ${taken()} of ${quota.limit} after all who held a place came`);
  const late = model.track(form, plain);
  await submit(client, late);
  if (late.accepted !== null) model.violation(`${form.id} was full and let ${late.key} in`);
}
