// What a respondent does, and what it holds the server to: whole responses, partial ones that are continued, places that are held.
import { isDeepStrictEqual } from "node:util";
import type { Reply } from "../http-client.ts";
import { type Client, codeOf } from "./client.ts";
import type { Answers, Start, State, Step, TortureForm, Tracked } from "./model.ts";

interface Receipt {
  id: string;
  seq: number;
  position: string;
  data: Partial<Answers>;
  resume_token?: string;
}

/** A place about to lapse may be given away before the submit arrives. */
const LAPSES_WITHIN_MS = 30_000;

export async function submit(client: Client, tracked: Tracked): Promise<void> {
  const { model } = client;
  tracked.sent += 1;
  const { accepted: known, first, start } = tracked;
  const wasErased = tracked.state.erased || tracked.maybe?.erased === true;
  const reply = await client.send("POST", `/api/v1/forms/${tracked.form.id}/responses`, {
    headers: { "Idempotency-Key": tracked.key },
    body: {
      data: first.answers,
      status: first.status,
      started_at: tracked.startedAt,
      ...(start === null ? {} : { start_token: start.token }),
    },
  });
  if (reply === null) {
    tracked.doubt = true;
    return;
  }
  if (reply.status === 409) return refused(client, tracked, known !== null, reply);
  if (reply.status !== 201) return client.unexpected(`The submit of ${tracked.key}`, reply);
  const receipt = JSON.parse(reply.text) as Receipt;
  const { id, seq, position, data } = receipt;
  const replayed = reply.headers["idempotency-replayed"] === "true";
  if (known !== null && !replayed) model.violation(`${tracked.key} was taken a second time, as ${position}`);
  // Of two under way together either may be the first to arrive.
  if (tracked.sent === 1 && replayed) model.violation(`${tracked.key} was said to be a repeat, and was not`);
  // Of a response that is erased a repeat is told nothing, once that is settled.
  const isGone = (wasErased || tracked.state.erased) && Object.keys(data).length === 0;
  if (!isGone && !isDeepStrictEqual({ ...data }, { ...first.answers })) model.violation(`${tracked.key} came back as ${reply.text}`);
  if (replayed) model.told.replayed += 1;
  const before = tracked.accepted;
  if (before === null) {
    model.accepted(tracked, { id, seq, position });
    if (first.status === "partial") {
      tracked.token = receipt.resume_token ?? null;
      if (tracked.token === null) model.violation(`${tracked.key} was begun, and nobody can continue it: ${reply.text}`);
    }
  } else if (before.id !== id || before.seq !== seq || before.position !== position)
    model.violation(`${tracked.key} was first ${before.id} at ${before.position}, then ${id} at ${position}`);
}

function refused({ model }: Client, tracked: Tracked, wasTaken: boolean, reply: Reply): void {
  const { form, first, start } = tracked;
  const mayBeFull = codeOf(reply) === "quota_reached" && form.quota !== null && first.status === "complete";
  const holds = start?.state === "held" && start.heldUntil > Date.now() + LAPSES_WITHIN_MS && first.answers.colour !== form.quota?.colour;
  if (!mayBeFull || wasTaken || holds) {
    const though = wasTaken ? ", though it had been taken" : holds ? ", though it held a place" : "";
    model.violation(`${tracked.key} was refused${though}: ${reply.text.slice(0, 300)}`);
    return;
  }
  tracked.refused = true;
  model.told.full += 1;
}

/** Saves or completes a partial response; whatever happens, at most one step of it is ever in doubt. */
export async function goOn(client: Client, tracked: Tracked, step: Step): Promise<void> {
  const { model } = client;
  tracked.busy = true;
  tracked.step = step;
  const { key, token, data, status } = step;
  const reply = await client.send("POST", `/api/v1/forms/${tracked.form.id}/responses`, {
    headers: { "Idempotency-Key": key },
    body: { data, status, resume_token: token },
  });
  if (reply === null) return;
  tracked.busy = false;
  tracked.step = null;
  if (reply.status === 409 && codeOf(reply) === "quota_reached" && status === "complete" && tracked.form.quota !== null) {
    model.told.full += 1;
    return;
  }
  if (reply.status !== 201) return client.unexpected(`The step ${key}`, reply);
  const receipt = JSON.parse(reply.text) as Receipt;
  const after: State = { ...tracked.state, answers: { ...tracked.state.answers, ...data }, status };
  if (receipt.id !== tracked.accepted?.id) model.violation(`${key} went to ${receipt.id} instead of ${tracked.accepted?.id}`);
  if (!isDeepStrictEqual({ ...receipt.data }, { ...after.answers })) model.violation(`${key} came back as ${reply.text}`);
  if (status === "partial" && receipt.resume_token !== token) model.violation(`${key} is continued with another token`);
  model.changed(tracked, after);
}

/** With a token that is over: completed, deleted, or too old. */
export async function comeTooLate(client: Client, tracked: Tracked): Promise<void> {
  const { deadToken } = tracked;
  if (deadToken === null) return;
  const body = { data: { score: 1 }, resume_token: deadToken.token };
  const reply = await client.send("POST", `/api/v1/forms/${tracked.form.id}/responses`, { body });
  if (reply !== null && codeOf(reply) !== deadToken.why) client.unexpected(`A token that is over, of ${tracked.key},`, reply);
}

/** Begins to fill in; on a form with a quota a place is held. Null: nobody knows, or there was none. */
export async function begin(client: Client, form: TortureForm): Promise<Start | null> {
  const reply = await client.send("POST", `/api/v1/forms/${form.id}/starts`);
  if (reply === null) {
    form.unansweredStarts += 1;
    return null;
  }
  if (reply.status === 409 && codeOf(reply) === "quota_reached" && form.quota !== null) {
    client.model.told.full += 1;
    return null;
  }
  if (reply.status !== 201) {
    client.unexpected("A start", reply);
    return null;
  }
  const { start_token: token, place_held_until: until } = JSON.parse(reply.text) as {
    start_token: string;
    place_held_until: string | null;
  };
  const start: Start = until === null ? { token, heldUntil: 0, state: "expired" } : { token, heldUntil: Date.parse(until), state: "held" };
  form.starts.push(start);
  return start;
}
