// A walk over a form's responses in bounded pages: the clock is looked at between two, and none is more than an isolate can hold.
import type { QuestionStore, Walk } from "../../store";
import { tooMuch } from "./accumulator";
import type { Deadline } from "./plan";
import { keyBefore, type Shape } from "./shape";

export interface Page {
  walk: Walk;
  /** When the first and the last of the whole walk were submitted. */
  span: readonly [number, number];
  limitMs: number;
}

const SHORTER = 4;

export function walkOf({ statuses, from, to }: Shape, workspaceId: string, formId: string): Walk {
  const [only, ...others] = statuses ?? [];
  return {
    workspaceId,
    formId,
    status: only !== undefined && others.length === 0 ? only : null,
    after: from === null ? null : keyBefore(from),
    upTo: to === null ? null : keyBefore(to),
  };
}

/** What `take` makes of each page, and how many responses lie in it. Where it makes null, the page was too long to read: shorter ones follow. */
export async function* eachPage<T>(
  store: QuestionStore,
  whole: Walk,
  mostRows: number,
  deadline: Deadline,
  take: (page: Page) => Promise<T | null>,
): AsyncGenerator<{ rows: number; taken: T }> {
  let [walk, limit] = [whole, mostRows];
  for (;;) {
    deadline.assertTime();
    const { rows, last, span } = await store.step(walk, limit);
    if (rows === 0) return;
    deadline.assertTime();
    const taken = await take({ walk: last === null ? walk : { ...walk, upTo: last }, span, limitMs: deadline.remainingMs() });
    if (taken === null) {
      if (limit === 1) throw tooMuch();
      limit = Math.ceil(Math.min(limit, rows) / SHORTER);
      continue;
    }
    yield { rows, taken };
    if (last === null) return;
    walk = { ...walk, after: last };
  }
}
