// What a client does, and what it holds the server to.
import { isDeepStrictEqual } from "node:util";
import type { HttpClient, Reply } from "../http-client.ts";
import type { Answers, Model, State, Tracked } from "./model.ts";

interface Receipt {
  id: string;
  seq: number;
  position: string;
  data: Answers;
}

export class Actions {
  readonly http: HttpClient;
  readonly model: Model;
  readonly apiKey: string;

  constructor(http: HttpClient, model: Model, apiKey: string) {
    this.http = http;
    this.model = model;
    this.apiKey = apiKey;
  }

  /** `alone`: nobody else sends this key just now, and nobody has who was not answered. */
  async submit(tracked: Tracked, alone: boolean): Promise<void> {
    const { model } = this;
    const known = tracked.accepted;
    const reply = await this.#send("POST", `/api/v1/forms/${tracked.form.id}/responses`, {
      headers: { "Idempotency-Key": tracked.key },
      body: { data: tracked.first, started_at: tracked.startedAt },
    });
    if (reply === null) return;
    if (reply.status !== 201) return this.#unexpected("submit", tracked, reply);
    const { id, seq, position, data } = JSON.parse(reply.text) as Receipt;
    const replayed = reply.headers["idempotency-replayed"] === "true";
    if (known !== null && !replayed) model.violation(`${tracked.key} was taken a second time, as ${position}`);
    if (known === null && alone && replayed) model.violation(`${tracked.key} was said to be a repeat, and was not`);
    if (!isDeepStrictEqual({ ...data }, { ...tracked.first })) model.violation(`${tracked.key} came back as ${reply.text}`);
    if (replayed) model.told.replayed += 1;
    const before = tracked.accepted;
    if (before === null) model.accepted(tracked, { id, seq, position });
    else if (before.id !== id || before.seq !== seq || before.position !== position)
      model.violation(`${tracked.key} was first ${before.id} at ${before.position}, then ${id} at ${position}`);
  }

  /** Edits, deletes or restores; whatever happens, at most one change of a response is ever in doubt. */
  async change(tracked: Tracked, kind: "edit" | "delete" | "restore", answers: Answers): Promise<void> {
    if (tracked.accepted === null) return;
    const path = `/api/v1/forms/${tracked.form.id}/responses/${tracked.accepted.id}`;
    const after: State = kind === "edit" ? { answers, deleted: false } : { ...tracked.state, deleted: kind === "delete" };
    tracked.busy = true;
    tracked.maybe = after;
    const reply = await this.#send(...request());
    if (reply === null) return;
    tracked.busy = false;
    if (reply.status < 300) return this.model.changed(tracked, after);
    if (reply.status >= 500) {
      // Whether it was made is looked up later, as if there had been no answer.
      tracked.busy = true;
      this.model.told.refused += 1;
      return;
    }
    tracked.maybe = null;
    if (reply.status === 409) this.model.told.refused += 1;
    else this.#unexpected(kind, tracked, reply);

    function request(): [method: string, path: string, wish?: { body: unknown }] {
      if (kind === "edit") return ["PATCH", path, { body: { data: answers } }];
      return kind === "delete" ? ["DELETE", path] : ["POST", `${path}/restore`];
    }
  }

  /** After a restart: what became of everything that was never answered? */
  async resolve(tracked: Tracked): Promise<void> {
    if (tracked.accepted === null) await this.submit(tracked, false);
    if (tracked.accepted === null) return this.model.violation(`${tracked.key} cannot be submitted any more`);
    if (tracked.maybe !== null) {
      const reply = await this.#send("GET", `/api/v1/forms/${tracked.form.id}/responses/${tracked.accepted.id}`);
      if (reply?.status !== 200) return this.model.violation(`${tracked.accepted.id} cannot be read: ${reply?.status} ${reply?.text}`);
      const { status, data } = JSON.parse(reply.text) as { status: string; data: Answers };
      const found: State = { answers: { ...data }, deleted: status === "deleted" };
      if (isDeepStrictEqual(found, tracked.maybe)) this.model.changed(tracked, found);
      else if (!isDeepStrictEqual(found, tracked.state)) this.model.violation(`${tracked.accepted.id} has become ${JSON.stringify(found)}`);
    }
    tracked.maybe = null;
    tracked.busy = false;
  }

  async #send(method: string, path: string, wish: { headers?: Record<string, string>; body?: unknown } = {}): Promise<Reply | null> {
    try {
      return await this.http.send(method, path, { ...wish, headers: { Authorization: `Bearer ${this.apiKey}`, ...wish.headers } });
    } catch {
      this.model.told.unanswered += 1;
      return null;
    }
  }

  #unexpected(what: string, tracked: Tracked, reply: Reply): void {
    if (reply.status >= 500) this.model.told.refused += 1;
    else this.model.violation(`${what} of ${tracked.key} was answered with ${reply.status}: ${reply.text.slice(0, 300)}`);
  }
}
