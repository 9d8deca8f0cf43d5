// The load: many clients at once, each doing one thing after the other until the server dies under them.
import { type ChangeKind, change, disturb } from "./changes.ts";
import type { Client } from "./client.ts";
import { type Answers, COLOURS, MAX_SCORE, type Model, markOf, type TortureForm, type Tracked } from "./model.ts";
import type { Random } from "./random.ts";
import { begin, comeTooLate, goOn, submit } from "./submits.ts";

const SUBMITS = 0.7;
// Of the submits sent, 0.38 / 1.19 ≈ a third carry a key that was sent before.
const TWICE_AT_ONCE = 0.19;
const EARLIER_KEY = 0.19;
const PARTIAL = 0.2;
/** Of those who begin on a form with a quota, so many give up. */
const GIVES_UP = 0.3;
const BEGINS_FIRST = 0.4;
const RECENT = 400;
const PAUSE_AFTER_FAILURE_MS = 20;

export class Load {
  #stopped = false;

  readonly client: Client;
  readonly model: Model;
  readonly random: Random;

  constructor(client: Client, random: Random) {
    this.client = client;
    this.model = client.model;
    this.random = random;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#run()));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const before = this.model.told.unanswered;
      await this.#act();
      if (this.model.told.unanswered > before) await new Promise((done) => setTimeout(done, PAUSE_AFTER_FAILURE_MS));
    }
  }

  async #act(): Promise<void> {
    const { model, random } = this;
    const form = random.pick(model.forms);
    if (form === undefined) return;
    const earlier = this.#earlier(form.responses);
    // A form that is full stays interesting as long as places come free.
    const submits = form.quota === null ? SUBMITS : 0.5;
    if (random.next() < submits || earlier === undefined) await this.#submit(form, earlier);
    else if (!earlier.busy && !earlier.doubt && earlier.accepted !== null) await this.#change(earlier);
  }

  async #submit(form: TortureForm, earlier: Tracked | undefined): Promise<void> {
    const { client, model, random } = this;
    const dice = random.next();
    if (dice < EARLIER_KEY && earlier !== undefined && !earlier.busy) return submit(client, earlier);
    if (form.quota !== null && random.next() < BEGINS_FIRST) {
      const start = await begin(client, form);
      if (start === null || random.next() < GIVES_UP) return;
      return submit(client, model.track(form, this.#choose(), "complete", start));
    }
    const isPartial = random.next() < PARTIAL;
    const tracked = isPartial ? model.track(form, { colour: this.#choose().colour }, "partial") : model.track(form, this.#choose());
    if (dice < EARLIER_KEY + TWICE_AT_ONCE) await Promise.all([submit(client, tracked), submit(client, tracked)]);
    else await submit(client, tracked);
  }

  async #change(tracked: Tracked): Promise<void> {
    const { client, random } = this;
    const version = this.model.nextVersion();
    const { state, token } = tracked;
    const answers = { mark: markOf(this.model.seed, tracked.number, version), ...this.#choose() };
    const dice = random.next();
    if (state.erased) return disturb(client, tracked, dice < 0.5 ? "edit" : "restore", answers);
    if (tracked.deadToken !== null && dice < 0.1) return comeTooLate(client, tracked);
    if (token !== null && dice < 0.7) {
      const step = { key: `${tracked.key}.${version}`, token };
      if (dice < 0.25) return goOn(client, tracked, { ...step, data: { score: random.below(MAX_SCORE + 1) }, status: "partial" });
      return goOn(client, tracked, { ...step, data: answers, status: "complete" });
    }
    await change(client, tracked, this.#kind(tracked), answers);
  }

  #kind({ state, form }: Tracked): ChangeKind {
    const dice = this.random.next();
    if (dice < 0.08) return "erase";
    if (state.deleted) return "restore";
    return dice < (form.quota === null ? 0.68 : 0.4) ? "edit" : "delete";
  }

  /** Mostly a recent one, so that changes meet entries that are not settled yet. */
  #earlier(responses: readonly Tracked[]): Tracked | undefined {
    const from = this.random.next() < 0.7 ? Math.max(0, responses.length - RECENT) : 0;
    return responses[from + this.random.below(responses.length - from)];
  }

  #choose(): Pick<Answers, "colour" | "score"> {
    return { colour: this.random.pick(COLOURS) ?? COLOURS[0], score: this.random.below(MAX_SCORE + 1) };
  }
}
