// A client's own walk along a chain: from the last entry it has proved, link by link, as the API's contract describes it.
import { createHash } from "node:crypto";
import type { Reader } from "./reader.ts";

interface Entry {
  seq: number;
  response_id: string;
  kind: string;
  data: unknown;
  salt: string | null;
  data_hash: string;
  canonical: string;
  hash: string;
}

export class Chain {
  length = 0;
  accepted = 0;
  readonly entriesOf = new Map<string, number>();
  #hash: string | null = null;

  readonly formId: string;
  readonly shard: number;

  constructor(formId: string, shard: number) {
    this.formId = formId;
    this.shard = shard;
  }

  /** Goes on to the end; returns what does not fit. */
  async walk(reader: Reader): Promise<string[]> {
    const wrong: string[] = [];
    for (;;) {
      const page = await reader.get<{ entries: Entry[]; genesis: string; next_after: number | null }>(
        `/api/v1/forms/${this.formId}/entries?shard=${this.shard}&after=${this.length}&limit=1000`,
      );
      for (const entry of page.entries) wrong.push(...this.#follow(entry, page.genesis));
      if (page.next_after === null) return wrong;
    }
  }

  #follow(entry: Entry, genesis: string): string[] {
    const wrong: string[] = [];
    const name = `${this.formId}:${this.shard} entry ${entry.seq}`;
    if (entry.seq !== this.length + 1) wrong.push(`${name} follows ${this.length}`);
    if (sha256((this.#hash ?? genesis) + entry.canonical) !== entry.hash) wrong.push(`${name} does not link to the one before`);
    if (entry.data !== null && sha256((entry.salt ?? "") + canonical(entry.data)) !== entry.data_hash)
      wrong.push(`${name} has other answers than it was sealed with`);
    this.#hash = entry.hash;
    this.length = entry.seq;
    if (entry.kind === "accept") this.accepted += 1;
    this.entriesOf.set(entry.response_id, (this.entriesOf.get(entry.response_id) ?? 0) + 1);
    return wrong;
  }
}

// Answers here are flat; members in order of name.
function canonical(data: unknown): string {
  return JSON.stringify(Object.fromEntries(Object.entries(data as object).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
