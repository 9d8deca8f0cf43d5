// A walk over a form's responses in bounded pages: the clock is looked at between two, and none is more than an isolate can hold.
import { type Condition, type FieldRef, type QuestionStore, READ_BYTES, type Walk } from "../../store";
import { tooMuch } from "./accumulator";
import type { Deadline } from "./plan";
import { keyBefore, shapeOf } from "./shape";

/** What is asked of a form: which of its responses, and what of each is read. */
export interface Asked {
  walk: Walk;
  /** What the walk does not see to. */
  condition: Condition;
  /** None where nothing is handed over. */
  fields: readonly FieldRef[];
}

export interface Page {
  walk: Walk;
  condition: Condition;
  /** When the first and the last of the whole walk were submitted. */
  span: readonly [number, number];
  limitMs: number;
}

/** Leaves room for answers that grow longer: a page that is too long has been read for nothing. */
const PAGE_BYTES = 0.75 * READ_BYTES;
const SHORTER = 4;

export function askedOf(condition: Condition, fields: readonly FieldRef[], workspaceId: string, formId: string): Asked {
  const { statuses, from, to, rest } = shapeOf(condition);
  const [only, ...others] = statuses ?? [];
  const walk: Walk = {
    workspaceId,
    formId,
    status: only !== undefined && others.length === 0 ? only : null,
    after: from === null ? null : keyBefore(from),
    upTo: to === null ? null : keyBefore(to),
  };
  // A walk is through one status, or through all.
  return { walk, condition: statuses === null || walk.status !== null ? { op: "and", of: rest } : condition, fields };
}

/** What `take` makes of each page. Where it makes null, the page was too long to read: shorter ones follow. */
export async function* eachPage<T extends { scanned: number }>(
  store: QuestionStore,
  { walk: whole, condition, fields }: Asked,
  mostRows: number,
  deadline: Deadline,
  take: (page: Page) => Promise<T | null>,
): AsyncGenerator<T> {
  deadline.assertTime();
  const { most, bytesEach, span } = await store.outlook(whole, condition, fields);
  if (most === 0) return;
  let [walk, left] = [whole, most];
  let limit = Math.max(1, Math.min(mostRows, Math.floor(PAGE_BYTES / Math.max(1, bytesEach))));
  for (;;) {
    deadline.assertTime();
    const last = left <= limit ? null : await store.step(walk, limit);
    deadline.assertTime();
    const taken = await take({ walk: last === null ? walk : { ...walk, upTo: last }, condition, span, limitMs: deadline.remainingMs() });
    if (taken === null) {
      if (limit === 1) throw tooMuch();
      limit = Math.ceil(Math.min(limit, left) / SHORTER);
      continue;
    }
    yield taken;
    if (last === null) return;
    walk = { ...walk, after: last };
    left -= taken.scanned;
  }
}
