// Ids in a back-up, on their way in. Where the forms of a back-up still stand, the restored ones are others: every id that the
// back-up brings gets a new one, always the same for the same restore, so that a restore that was cut off goes on where it was.
import { createHash } from "node:crypto";

/** Of what the installation keeps, not of the people and keys in it. */
const ID = /^(?:frm|rsp|upl|whk|sch|plg|det|rpt)_[0-9a-z]{26}$/;
const TIME_DIGITS = 10;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Texts that are no such id stay as they are. An id within an answer is an answer, unless it names a file of the back-up. */
export type Rename = (text: string) => string;

export const keepIds: Rename = (text) => text;

/** New ids keep the time of the old ones, so they still sort as they did. */
export function renameIds(seed: string): Rename {
  return (text) => (ID.test(text) ? renamed(text, seed) : text);
}

const QUOTED_ID = /"((?:frm|whk|sch|plg|det|rpt)_[0-9a-z]{26})"/g;

/** Settings are JSON and may name other things by id. */
export function renameWithin(text: string, rename: Rename): string {
  return text.startsWith("{") || text.startsWith("[") ? text.replace(QUOTED_ID, (_, id: string) => `"${rename(id)}"`) : rename(text);
}

function renamed(id: string, seed: string): string {
  const at = id.indexOf("_") + 1;
  const digest = createHash("sha256").update(`${seed}:${id}`).digest();
  let tail = "";
  for (let i = 0; i < 16; i++) tail += ALPHABET[(digest[i] ?? 0) & 31];
  return id.slice(0, at + TIME_DIGITS) + tail;
}
