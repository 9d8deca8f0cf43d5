// acknowledged = stored = counted = sum of distributions = sum of roll-ups = length of the chain.
import { isDeepStrictEqual } from "node:util";
import { Chain } from "./chain.ts";
import { type Answers, COLOURS, isLive, type Model, type TortureForm, type Tracked } from "./model.ts";
import type { Reader } from "./reader.ts";
import { rollupSums } from "./store-files.ts";

interface Listed {
  id: string;
  seq: number;
  status: string;
  data: Answers;
}

interface Verification {
  ok: boolean;
  entries: number;
  responses: number;
  drift: unknown[];
}

export class Checker {
  readonly #chains = new Map<string, Chain[]>();

  readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  /** What can be asked after every restart: its cost does not grow with what was proved before. */
  async quick(reader: Reader): Promise<void> {
    for (const form of this.model.forms) {
      const live = form.responses.filter(isLive);
      // First what the ledger says by itself, before any read has made it settle.
      const metrics = await reader.get<{ total_responses: number }>(`/api/v2/analytics/forms/${form.id}/metrics`);
      this.#same(form, "counted", live.length, metrics.total_responses);
      await this.#distribution(reader, form, live);
      const series = await reader.get<{ total: number }>(`/api/v2/analytics/forms/${form.id}/timeseries?granularity=hour`);
      this.#same(form, "counted by the hour", live.length, series.total);
      await this.#chain(reader, form);
    }
  }

  /** Everything, response by response. */
  async full(reader: Reader): Promise<void> {
    await this.quick(reader);
    for (const form of this.model.forms) {
      await this.#list(reader, form);
      await this.#verify(reader, form);
    }
  }

  /** Counters and roll-ups made anew from the responses must come out as they were. */
  async afterRebuild(reader: Reader): Promise<void> {
    for (const form of this.model.forms) {
      const { responses } = await reader.post<{ responses: number }>(`/api/v1/forms/${form.id}/rebuild`);
      this.#same(form, "rebuilt", form.responses.length, responses);
    }
    await this.quick(reader);
    for (const form of this.model.forms) await this.#verify(reader, form);
  }

  /** Of a server that has ended: the roll-ups as they lie in the store. */
  rollups(stores: string): void {
    for (const form of this.model.forms) {
      const live = form.responses.filter(isLive);
      const sums = new Map(rollupSums(stores, form.id).map((row) => [`${row.field}=${row.value}`, row]));
      const count = (name: string) => sums.get(name)?.count ?? 0;
      this.#same(form, "in roll-ups", live.length, count("="));
      for (const colour of COLOURS) this.#same(form, `${colour} in roll-ups`, withColour(live, colour), count(`colour=${colour}`));
      const score = live.reduce((sum, { state }) => sum + state.answers.score, 0);
      this.#same(form, "score in roll-ups", score, sums.get("score=")?.sum ?? 0);
    }
  }

  async #distribution(reader: Reader, form: TortureForm, live: readonly Tracked[]): Promise<void> {
    const { answered, values } = await reader.get<{ answered: number; values: { value: string; count: number }[] }>(
      `/api/v2/analytics/forms/${form.id}/fields/colour/distribution`,
    );
    this.#same(form, "answered", live.length, answered);
    for (const colour of COLOURS)
      this.#same(form, colour, withColour(live, colour), values.find(({ value }) => value === colour)?.count ?? 0);
  }

  async #chain(reader: Reader, form: TortureForm): Promise<void> {
    const chains = this.#chains.get(form.id) ?? Array.from({ length: form.shards }, (_, shard) => new Chain(form.id, shard));
    this.#chains.set(form.id, chains);
    const expected = form.responses.reduce((sum, { entries }) => sum + entries, 0);
    for (const chain of chains) for (const wrong of await chain.walk(reader)) this.model.violation(wrong);
    this.#same(form, "in the chain", expected, sum(chains.map(({ length }) => length)));
    this.#same(form, "accepted in the chain", form.responses.length, sum(chains.map(({ accepted }) => accepted)));
  }

  async #list(reader: Reader, form: TortureForm): Promise<void> {
    const found = new Map<string, Listed>();
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { responses: Listed[]; next_cursor: string | null } = await reader.get(
        `/api/v1/forms/${form.id}/responses?limit=1000${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const response of page.responses) {
        if (found.has(response.id)) this.model.violation(`${response.id} is listed twice`);
        found.set(response.id, response);
      }
      cursor = page.next_cursor;
    }
    const live = form.responses.filter(isLive);
    this.#same(form, "listed", live.length, found.size);
    for (const { accepted, state } of live) {
      const row = accepted === null ? undefined : found.get(accepted.id);
      if (row === undefined) this.model.violation(`${accepted?.id} was accepted and is not listed`);
      else if (row.seq !== accepted?.seq || !isDeepStrictEqual({ ...row.data }, { ...state.answers }))
        this.model.violation(`${row.id} is listed as ${JSON.stringify(row)}`);
    }
    const chains = this.#chains.get(form.id) ?? [];
    for (const { accepted, entries } of form.responses)
      this.#same(form, `entries of ${accepted?.id}`, entries, sum(chains.map((chain) => chain.entriesOf.get(accepted?.id ?? "") ?? 0)));
  }

  async #verify(reader: Reader, form: TortureForm): Promise<void> {
    const { ok, entries, responses, drift } = await reader.post<Verification>(`/api/v1/forms/${form.id}/verify`);
    if (!ok) this.model.violation(`${form.id} has drifted: ${JSON.stringify(drift).slice(0, 2_000)}`);
    this.#same(form, "entries verified", sum(form.responses.map((tracked) => tracked.entries)), entries);
    this.#same(form, "responses verified", form.responses.length, responses);
  }

  #same(form: TortureForm, what: string, expected: number, found: number): void {
    if (expected !== found) this.model.violation(`${form.id}, ${what}: ${found}, should be ${expected}`);
  }
}

function withColour(live: readonly Tracked[], colour: string): number {
  return live.filter(({ state }) => state.answers.colour === colour).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
