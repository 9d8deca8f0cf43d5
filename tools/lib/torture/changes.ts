// What the people of a workspace do to responses, and how doubts are settled after a restart.
import { isDeepStrictEqual } from "node:util";
import { type Client, codeOf } from "./client.ts";
import { type Answers, isStanding, type State, type TortureForm, type Tracked } from "./model.ts";
import { goOn, submit } from "./submits.ts";

export type ChangeKind = "edit" | "delete" | "restore" | "erase";

/** Whatever happens, at most one change of a response is ever in doubt. */
export async function change(client: Client, tracked: Tracked, kind: ChangeKind, answers: Answers): Promise<void> {
  if (tracked.accepted === null) return;
  const after = stateAfter(tracked.state, kind, answers);
  tracked.busy = true;
  tracked.maybe = after;
  const reply = await send(client, tracked, kind, answers);
  if (reply === null) return;
  tracked.busy = false;
  if (reply.status < 300) return client.model.changed(tracked, after);
  tracked.maybe = null;
  // To come back, and to take another colour, needs a place.
  const isFull = codeOf(reply) === "quota_reached" && tracked.form.quota !== null && (kind === "restore" || kind === "edit");
  if (isFull) client.model.told.full += 1;
  else if (reply.status === 409 && codeOf(reply) !== "quota_reached") client.model.told.refused += 1;
  else client.unexpected(`${kind} of ${tracked.key}`, reply);
}

/** However short the load was. */
export async function eraseOne(client: Client, form: TortureForm): Promise<void> {
  const tracked = form.responses.findLast(isStanding);
  if (tracked !== undefined) await change(client, tracked, "erase", { mark: "", colour: "", score: 0 });
}

/** What was erased is neither edited nor brought back. */
export async function disturb(client: Client, tracked: Tracked, kind: "edit" | "restore", answers: Answers): Promise<void> {
  const reply = await send(client, tracked, kind, answers);
  if (reply !== null && reply.status !== 410) client.unexpected(`${kind} of the erased ${tracked.key}`, reply);
}

function send(client: Client, tracked: Tracked, kind: ChangeKind, answers: Answers) {
  const path = `/api/v1/forms/${tracked.form.id}/responses/${tracked.accepted?.id}`;
  if (kind === "edit") return client.send("PATCH", path, { body: { data: answers } });
  return kind === "delete" ? client.send("DELETE", path) : client.send("POST", `${path}/${kind}`);
}

function stateAfter(state: State, kind: ChangeKind, answers: Answers): State {
  switch (kind) {
    case "edit":
      return { ...state, answers };
    case "delete":
    case "restore":
      return { ...state, deleted: kind === "delete" };
    case "erase":
      return { ...state, answers: {}, deleted: true, erased: true };
  }
}

interface View {
  status: string;
  data: Partial<Answers>;
  meta: Record<string, unknown>;
  erased_at: string | null;
}

/** After a restart: what became of everything that was never answered? */
export async function resolve(client: Client, tracked: Tracked): Promise<void> {
  const { model } = client;
  if (tracked.doubt) {
    tracked.doubt = false;
    await submit(client, tracked);
    if (tracked.doubt) return model.violation(`${tracked.key} cannot be submitted any more`);
  }
  if (tracked.accepted === null) return;
  if (tracked.step !== null) {
    await goOn(client, tracked, tracked.step);
    if (tracked.step !== null) return model.violation(`${tracked.step.key} cannot be sent any more`);
  }
  if (tracked.maybe !== null) {
    const reply = await client.send("GET", `/api/v1/forms/${tracked.form.id}/responses/${tracked.accepted.id}`);
    if (reply?.status !== 200) return model.violation(`${tracked.accepted.id} cannot be read: ${reply?.status} ${reply?.text}`);
    const view = JSON.parse(reply.text) as View;
    if (isShownAs(view, tracked.maybe)) model.changed(tracked, tracked.maybe);
    else if (!isShownAs(view, tracked.state)) model.violation(`${tracked.accepted.id} has become ${reply.text}`);
  }
  tracked.maybe = null;
  tracked.busy = false;
}

function isShownAs({ status, data, erased_at }: View, state: State): boolean {
  const shown = state.deleted ? "deleted" : state.status;
  return status === shown && (erased_at !== null) === state.erased && isDeepStrictEqual({ ...data }, { ...state.answers });
}
