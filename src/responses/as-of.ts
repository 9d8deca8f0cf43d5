// Which moment of a form is asked about: an entry, a position of several ledgers, or a time.
import type { FormSettings } from "../forms";
import type { WorkspaceContext } from "../shared/context";
import { InvalidError, UnavailableError } from "../shared/errors";
import type { ErrorReason } from "../shared/reasons";
import { type Marks, openPrimaryStore, openStateStore } from "../store";
import { passBarrier } from "./barrier";

interface WhoseLedgers {
  formId: string;
  settings: FormSettings | undefined;
}

export interface AsOf {
  /** An entry of a form with one ledger, or `shard:entry` for each, with commas between them. */
  seq?: string;
  time?: number;
}

export interface Moment {
  marks: Marks;
  /** When the newest entry within the marks was accepted, or the time that was asked for. */
  at: number;
  /** False: the store is down or slow and may lack entries. */
  current: boolean;
}

/** Null when it is not asked for: then it is now. */
export async function momentOf(ctx: WorkspaceContext, form: WhoseLedgers, asOf: AsOf): Promise<Moment | null> {
  if (asOf.seq === undefined && asOf.time === undefined) return null;
  if (asOf.seq !== undefined && asOf.time !== undefined)
    throw refuse("as_of", "one_of_two", "Ask for a position or for a time, not for both.");
  if (asOf.time !== undefined && asOf.time > ctx.now()) throw refuse("as_of", "in_the_future", "That is still to come.");
  const { current } = await passBarrier(ctx, form.formId, form.settings);
  if (asOf.time !== undefined) {
    return { marks: await openStateStore(ctx.env).marksAt(form.formId, asOf.time), at: asOf.time, current };
  }
  const marks = parsePosition(asOf.seq ?? "");
  return { marks, at: await timeOf(ctx, form, marks, current), current };
}

/** `shard:seq` of each ledger, with commas between them; a bare number is of the only one. */
export function parsePosition(text: string): [shard: number, seq: number][] {
  const marks = new Map<number, number>();
  for (const part of text.split(",")) {
    const [, shard = "0", seq = ""] = /^(?:(\d{1,2}):)?(\d{1,15})$/.exec(part.trim()) ?? [];
    if (seq === "" || marks.has(Number(shard))) throw refuse("as_of_seq", "bad_position", "This is the number of an entry, or a position.");
    marks.set(Number(shard), Number(seq));
  }
  return [...marks];
}

async function timeOf(ctx: WorkspaceContext, form: WhoseLedgers, marks: Marks, current: boolean): Promise<number> {
  const store = openPrimaryStore(ctx.env);
  const settled = await store.marks(form.formId);
  if (marks.length < settled.length) {
    const example = settled.map(({ shard, seq }) => `${shard}:${seq}`).join(",");
    throw refuse("as_of_seq", "bad_position", `This form has ${settled.length} ledgers; name an entry of each, such as ${example}.`);
  }
  const times = await Promise.all(
    marks.map(async ([shard, seq]) => {
      if (seq === 0) return 0;
      const [entry] = await store.entries(ctx.workspaceId, form.formId, shard, seq - 1, 1);
      if (entry === undefined && !current) throw new UnavailableError("The store is not keeping up; that entry cannot be read yet.");
      if (entry === undefined) throw refuse("as_of_seq", "unknown_position", "No entry has that number yet.");
      return entry.at;
    }),
  );
  return Math.max(...times);
}

function refuse(path: string, code: ErrorReason, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code }], code);
}
