// pure. One evaluation: what it may look at, and how much it may still spend. Expressions are written by strangers, so what they
// cost is bounded before it is paid.

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

export interface Moment {
  /** Epoch milliseconds: what `now()` is. */
  now: number;
  /** IANA name; UTC when it is left out. */
  timezone?: string;
}

const BUDGET = { steps: 20_000, text: 100_000, allText: 1_000_000, list: 5_000 } as const;

/** An evaluation that would cost more than it may. */
export class ExpressionLimitError extends Error {
  constructor(readonly limit: "steps" | "text" | "list") {
    super(`The expression was stopped: ${REASONS[limit]}.`);
    this.name = "ExpressionLimitError";
  }
}

const REASONS = { steps: "it takes too many steps", text: "it makes too much text", list: "it makes too long a list" };

export class Run {
  readonly now: number;
  readonly timezone: string;
  #steps: number = BUDGET.steps;
  #text: number = BUDGET.allText;

  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    moment: Moment,
  ) {
    this.now = moment.now;
    this.timezone = moment.timezone ?? "UTC";
  }

  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new ExpressionLimitError("steps");
  }

  /** Asked before text of that length is made. */
  makeText(length: number): void {
    this.#text -= length;
    if (length > BUDGET.text || this.#text < 0) throw new ExpressionLimitError("text");
  }

  makeList(length: number): void {
    if (length > BUDGET.list) throw new ExpressionLimitError("list");
    this.spend(length >> 3);
  }
}
