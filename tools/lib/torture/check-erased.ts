// What was erased is nowhere: not in what the API tells, and after the server has ended not in any file it has left behind.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Chain } from "./chain.ts";
import { missedSince } from "./feed.ts";
import { isStanding, type Model, numbersIn, type TortureForm, type Tracked } from "./model.ts";
import type { Reader } from "./reader.ts";
import type { BulkStore } from "./store.ts";
import { withCopy } from "./store-files.ts";

/** Of each form, so many are looked for one by one. */
const SAMPLE = 15;
/** A ledger keeps a thousand entries for feeds. */
const RESUMES_FROM = 900;

const isErased = (tracked: Tracked) => tracked.accepted !== null && tracked.state.erased;

export async function askForErased(reader: Reader, model: Model, chainsOf: (form: TortureForm) => readonly Chain[]): Promise<void> {
  for (const form of model.forms) {
    const erased = form.responses.filter(isErased);
    const numbers = new Set(erased.map(({ number }) => number));
    const told = (where: string, text: string) => {
      const found = [...numbersIn(text, model.seed)].filter((number) => numbers.has(number));
      if (found.length > 0) model.violation(`${form.id}: ${found.length} erased responses are in ${where}, such as number ${found[0]}`);
    };
    for (const { shard, length } of chainsOf(form)) {
      for (let after: number | null = 0; after !== null && after < length; ) {
        const path = `/api/v1/forms/${form.id}/entries?shard=${shard}&after=${after}&limit=1000`;
        const page: { entries: { data: unknown }[]; next_after: number | null } = await reader.get(path);
        told("the chain", JSON.stringify(page.entries.map(({ data }) => data)));
        after = page.next_after;
      }
    }
    for (const { number, accepted } of erased.slice(-SAMPLE)) {
      const path = `/api/v1/forms/${form.id}/responses`;
      const found = await reader.get<{ responses: unknown[] }>(`${path}?q=${model.seed}x${number}x`);
      if (found.responses.length > 0) model.violation(`${accepted?.id} is erased and still found by its words`);
      told("a history", JSON.stringify(await reader.get(`${path}/${accepted?.id}/history`)));
    }
    for (const { number, accepted } of form.responses.filter(isStanding).slice(-SAMPLE)) {
      const { responses } = await reader.get<{ responses: { id: string }[] }>(
        `/api/v1/forms/${form.id}/responses?q=${model.seed}x${number}x`,
      );
      if (responses.length !== 1 || responses[0]?.id !== accepted?.id) model.violation(`${accepted?.id} is not found by its words`);
    }
    await feed(reader, model, form, chainsOf(form), told);
  }
}

/** Every entry of the feed, once and in order, and none that tells what was erased. */
async function feed(
  reader: Reader,
  model: Model,
  form: TortureForm,
  chains: readonly Chain[],
  told: (where: string, text: string) => void,
): Promise<void> {
  const from = chains.map(({ length }) => Math.max(0, length - RESUMES_FROM));
  const changes = await missedSince(reader.http, reader.apiKey, form.id, from.map((seq, shard) => `${shard}:${seq}`).join(","));
  if (changes === null) return model.violation(`${form.id}: the feed no longer keeps what it should`);
  told("the feed", JSON.stringify(changes));
  const expected = chains.reduce((sum, { length }, shard) => sum + length - (from[shard] ?? 0), 0);
  if (changes.length !== expected) model.violation(`${form.id}: the feed told of ${changes.length} entries, should be ${expected}`);
}

/** Columns apart: a segment keeps its bytes until it is written anew (docs/privacy.md). */
const MAY_LAG = /headwater-FormColumns/;

/** Of a server that has ended, and has had the time to tell every follower. */
export async function searchRemains(state: string, store: BulkStore, model: Model): Promise<void> {
  const erased = new Map(model.forms.flatMap(({ responses }) => responses.filter(isErased)).map((tracked) => [tracked.number, tracked]));
  const look = (where: string, text: string) => {
    const found = [...numbersIn(text, model.seed)].filter((number) => erased.has(number));
    if (found.length > 0)
      model.violation(`${found.length} erased responses lie in ${where}, such as ${erased.get(found[0] ?? 0)?.accepted?.id}`);
  };
  for (const name of readdirSync(state, { recursive: true, encoding: "utf8" })) {
    if (MAY_LAG.test(name) || /-(wal|shm)$/.test(name) || name.startsWith("postgres/")) continue;
    const file = join(state, name);
    if (name.endsWith(".sqlite")) look(name, contentOf(file));
    else if (!isFolder(file)) look(name, readFileSync(file, "latin1"));
  }
  if (Object.keys(store.env).length === 0) return;
  for (const table of ["responses", "response_entries", "ledger_outbox"])
    look(`the table ${table}`, JSON.stringify(await store.read(`SELECT row_to_json(t)::text AS row FROM ${table} t`)));
}

/** What a database still says, without what it has let go of and not yet overwritten. */
function contentOf(file: string): string {
  return withCopy(file, (copy) => {
    const database = new DatabaseSync(copy);
    try {
      database.exec("VACUUM");
    } finally {
      database.close();
    }
    return readFileSync(copy, "latin1");
  });
}

function isFolder(file: string): boolean {
  try {
    readdirSync(file);
    return true;
  } catch {
    return false;
  }
}
