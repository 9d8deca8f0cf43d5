// The load: many clients at once, each doing one thing after the other until the server dies under them.
import type { Actions } from "./actions.ts";
import { type Answers, COLOURS, MAX_SCORE, type Model, type Tracked } from "./model.ts";
import type { Random } from "./random.ts";

// Of the submits sent, 0.38 / 1.19 ≈ a third carry a key that was sent before.
const SUBMITS = 0.75;
const TWICE_AT_ONCE = 0.19;
const EARLIER_KEY = 0.19;
const RECENT = 400;
const PAUSE_AFTER_FAILURE_MS = 20;

export class Load {
  #stopped = false;
  #versions = 0;

  readonly actions: Actions;
  readonly model: Model;
  readonly random: Random;

  constructor(actions: Actions, model: Model, random: Random) {
    this.actions = actions;
    this.model = model;
    this.random = random;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#client()));
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      const before = this.model.told.unanswered;
      await this.#act();
      if (this.model.told.unanswered > before) await new Promise((done) => setTimeout(done, PAUSE_AFTER_FAILURE_MS));
    }
  }

  async #act(): Promise<void> {
    const { actions, model, random } = this;
    const form = random.pick(model.forms);
    if (form === undefined) return;
    const earlier = this.#earlier(form.responses);
    if (random.next() < SUBMITS || earlier === undefined) {
      const dice = random.next();
      if (dice < EARLIER_KEY && earlier !== undefined) return actions.submit(earlier, false);
      const tracked = model.track(form, this.#choose());
      if (dice < EARLIER_KEY + TWICE_AT_ONCE) await Promise.all([actions.submit(tracked, false), actions.submit(tracked, false)]);
      else await actions.submit(tracked, true);
    } else if (!earlier.busy && earlier.accepted !== null) {
      const kind = earlier.state.deleted ? "restore" : random.next() < 0.65 ? "edit" : "delete";
      this.#versions += 1;
      await actions.change(earlier, kind, { mark: `${earlier.key}.e${this.#versions}.${random.below(1e6)}`, ...this.#choose() });
    }
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
