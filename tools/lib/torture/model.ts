// What the client knows: everything it was told is done, and everything of which it was told nothing.
export const COLOURS = ["red", "green", "blue", "grey", "black"] as const;
export const MAX_SCORE = 100;

export interface Answers {
  /** Differs in every version of every response, so that a version can be recognised. */
  mark: string;
  colour: string;
  score: number;
}

export interface State {
  answers: Answers;
  deleted: boolean;
}

export interface TortureForm {
  id: string;
  shards: number;
  responses: Tracked[];
}

export interface Tracked {
  readonly key: string;
  readonly form: TortureForm;
  readonly first: Answers;
  readonly startedAt: string;
  /** Null until a submit under this key was answered. */
  accepted: { id: string; seq: number; position: string } | null;
  state: State;
  /** What it has become if the change that was never answered was made after all. */
  maybe: State | null;
  /** Entries that its chain must hold. */
  entries: number;
  busy: boolean;
}

export class Model {
  readonly forms: TortureForm[];
  readonly violations: string[] = [];
  readonly told = { accepted: 0, replayed: 0, changed: 0, refused: 0, unanswered: 0 };
  readonly #taken = new Map<string, Tracked>();
  #keys = 0;

  readonly seed: number;

  constructor(forms: readonly Pick<TortureForm, "id" | "shards">[], seed: number) {
    this.seed = seed;
    this.forms = forms.map((form) => ({ ...form, responses: [] }));
  }

  track(form: TortureForm, chosen: Pick<Answers, "colour" | "score">): Tracked {
    this.#keys += 1;
    const key = `torture-${this.seed}-${this.#keys}`;
    const first: Answers = { mark: `${key}.1`, ...chosen };
    const startedAt = new Date(Date.now() - 20_000).toISOString();
    const tracked: Tracked = {
      key,
      form,
      first,
      startedAt,
      accepted: null,
      state: { answers: first, deleted: false },
      maybe: null,
      entries: 0,
      busy: false,
    };
    form.responses.push(tracked);
    return tracked;
  }

  accepted(tracked: Tracked, accepted: NonNullable<Tracked["accepted"]>): void {
    const other = this.#taken.get(`${tracked.form.id}:${accepted.position}`);
    if (other !== undefined) this.violation(`${accepted.position} was given to ${other.key} and to ${tracked.key}`);
    this.#taken.set(`${tracked.form.id}:${accepted.position}`, tracked);
    tracked.accepted = accepted;
    tracked.entries = 1;
    this.told.accepted += 1;
  }

  changed(tracked: Tracked, state: State): void {
    tracked.state = state;
    tracked.maybe = null;
    tracked.entries += 1;
    this.told.changed += 1;
  }

  violation(what: string): void {
    this.violations.push(what);
  }
}

export const isLive = ({ accepted, state }: Tracked) => accepted !== null && !state.deleted;
