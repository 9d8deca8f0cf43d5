// A client's own proof that it has everything a form has accepted: docs/proof.md in code. Nothing the server says of its own hashes
// is taken for true but the newest one a client has kept.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

export interface ChainEntry {
  seq: number;
  response_id: string;
  kind: string;
  form_version: number;
  status: string;
  at: string;
  submitted_at: string;
  data: unknown;
  salt: string | null;
  data_hash: string;
  canonical: string;
  hash: string;
}

export interface ChainPage {
  entries: ChainEntry[];
  genesis: string;
  shards: number;
  next_after: number | null;
}

export interface ChainWalk {
  entries: number;
  accepted: number;
  wrong: string[];
}

const MAX_WRONG = 100;

/** Every chain of the form, each from its beginning to its end. */
export async function walkChains(formId: string, read: (query: string) => Promise<ChainPage>): Promise<ChainWalk> {
  const walk: ChainWalk = { entries: 0, accepted: 0, wrong: [] };
  for (let shard = 0, shards = 1; shard < shards; shard++) {
    let hash = sha256(`headwater ledger 1 ${formId}:${shard}`);
    let seq = 0;
    for (let more = true; more; ) {
      const page = await read(`shard=${shard}&after=${seq}&limit=1000`);
      shards = Math.max(shards, page.shards);
      for (const entry of page.entries) {
        for (const reason of faultsOf(entry, seq, hash)) {
          if (walk.wrong.length < MAX_WRONG) walk.wrong.push(`entry ${entry.seq} of ledger ${shard} ${reason}`);
        }
        ({ seq, hash } = entry);
        walk.entries += 1;
        if (entry.kind === "accept") walk.accepted += 1;
      }
      more = page.next_after !== null && page.entries.length > 0;
    }
  }
  return walk;
}

function faultsOf(entry: ChainEntry, previousSeq: number, previousHash: string): string[] {
  const faults: string[] = [];
  if (entry.seq !== previousSeq + 1) faults.push(`follows entry ${previousSeq}`);
  const { seq, kind, response_id, form_version, status, at, submitted_at, data_hash } = entry;
  const facts = [seq, kind, response_id, form_version, status, Date.parse(at), Date.parse(submitted_at), data_hash];
  if (!isDeepStrictEqual(parsed(entry.canonical), facts)) faults.push("does not say what is hashed for it");
  if (sha256(previousHash + entry.canonical) !== entry.hash) faults.push("does not link to the one before");
  // Answers that were erased are gone with their salt; their digest stays, and with it the link.
  if (entry.data !== null && entry.salt !== null && sha256(entry.salt + canonicalJson(entry.data)) !== data_hash)
    faults.push("has other answers than it was sealed with");
  return faults;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** JSON without spaces, the members of every object in order of name. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
