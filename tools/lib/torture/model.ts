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
  /** Of a partial response some may be missing. */
  answers: Partial<Answers>;
  status: "complete" | "partial";
  deleted: boolean;
  erased: boolean;
}

export interface Quota {
  limit: number;
  /** One option that has fewer places. */
  colour: string;
  colourLimit: number;
}

export interface TortureForm {
  id: string;
  shards: number;
  quota: Quota | null;
  responses: Tracked[];
  starts: Start[];
  /** Nobody was told of these, so nobody knows whether they were counted. */
  unansweredStarts: number;
  /** Exports that were ordered and answered. */
  exports: string[];
}

/** Somebody has begun, and holds a place. */
export interface Start {
  token: string;
  heldUntil: number;
  state: "held" | "expired" | "used";
}

/** A partial response goes on: sent again under its key until it is answered. */
export interface Step {
  key: string;
  token: string;
  data: Partial<Answers>;
  status: "complete" | "partial";
}

export interface Tracked {
  readonly number: number;
  readonly key: string;
  readonly form: TortureForm;
  readonly first: State;
  readonly start: Start | null;
  readonly startedAt: string;
  /** How often a submit under this key was sent. */
  sent: number;
  /** Null until a submit under this key was answered with yes. */
  accepted: { id: string; seq: number; position: string } | null;
  /** Answered with no at least once. */
  refused: boolean;
  /** A submit of it was never answered. */
  doubt: boolean;
  state: State;
  /** What it has become if the change that was never answered was made after all. */
  maybe: State | null;
  step: Step | null;
  /** Continues a partial response. */
  token: string | null;
  /** What it was once continued with, and no longer can be. */
  deadToken: { token: string; why: "already_complete" | "unknown_resume_token" } | null;
  /** Entries that its chain must hold. */
  entries: number;
  busy: boolean;
}

export class Model {
  readonly forms: TortureForm[];
  readonly violations: string[] = [];
  readonly told = { accepted: 0, replayed: 0, changed: 0, erased: 0, full: 0, refused: 0, unanswered: 0 };
  readonly #taken = new Map<string, Tracked>();
  #keys = 0;
  #versions = 0;

  readonly seed: number;

  constructor(forms: readonly Pick<TortureForm, "id" | "shards" | "quota">[], seed: number) {
    this.seed = seed;
    this.forms = forms.map((form) => ({ ...form, responses: [], starts: [], unansweredStarts: 0, exports: [] }));
  }

  track(
    form: TortureForm,
    chosen: Omit<Partial<Answers>, "mark">,
    status: State["status"] = "complete",
    start: Start | null = null,
  ): Tracked {
    this.#keys += 1;
    const number = this.#keys;
    const key = `torture-key-of-${this.seed}-${number}`;
    const first: State = { answers: { mark: markOf(this.seed, number, "first"), ...chosen }, status, deleted: false, erased: false };
    const tracked: Tracked = {
      number,
      key,
      form,
      first,
      start,
      startedAt: new Date(Date.now() - 20_000).toISOString(),
      sent: 0,
      accepted: null,
      refused: false,
      doubt: false,
      state: first,
      maybe: null,
      step: null,
      token: null,
      deadToken: null,
      entries: 0,
      busy: false,
    };
    form.responses.push(tracked);
    return tracked;
  }

  /** Never the same twice, whatever happens in between: it is part of keys. */
  nextVersion(): string {
    this.#versions += 1;
    return `edit${this.#versions}`;
  }

  accepted(tracked: Tracked, accepted: NonNullable<Tracked["accepted"]>): void {
    const other = this.#taken.get(`${tracked.form.id}:${accepted.position}`);
    if (other !== undefined) this.violation(`${accepted.position} was given to ${other.key} and to ${tracked.key}`);
    this.#taken.set(`${tracked.form.id}:${accepted.position}`, tracked);
    tracked.accepted = accepted;
    tracked.entries = 1;
    if (tracked.start !== null) tracked.start.state = "used";
    this.told.accepted += 1;
  }

  changed(tracked: Tracked, state: State): void {
    if (tracked.token !== null && (state.deleted || state.status === "complete")) {
      tracked.deadToken = { token: tracked.token, why: state.deleted ? "unknown_resume_token" : "already_complete" };
      tracked.token = null;
    }
    if (state.erased) this.told.erased += 1;
    tracked.state = state;
    tracked.maybe = null;
    tracked.entries += 1;
    this.told.changed += 1;
  }

  violation(what: string): void {
    this.violations.push(what);
  }
}

/** Names the response it belongs to, in a word that a search can look for, and its version. */
export function markOf(seed: number, number: number, version: string): string {
  return `${seed}x${number}x ${version}`;
}

/** The numbers of responses whose marks occur in a text. */
export function numbersIn(text: string, seed: number): Set<number> {
  return new Set([...text.matchAll(new RegExp(`${seed}x(\\d+)x `, "g"))].map(([, number]) => Number(number)));
}

export const isTaken = ({ accepted }: Tracked) => accepted !== null;
export const isStanding = ({ accepted, state }: Tracked) => accepted !== null && !state.deleted;
/** What counts as a response. */
export const isLive = (tracked: Tracked) => isStanding(tracked) && tracked.state.status === "complete";
