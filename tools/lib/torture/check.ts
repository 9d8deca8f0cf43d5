// acknowledged = stored = counted = sum of distributions = sum of roll-ups = length of the chain.
import { isDeepStrictEqual } from "node:util";
import { Chain } from "./chain.ts";
import { type Answers, COLOURS, isLive, isStanding, isTaken, type Model, type TortureForm, type Tracked } from "./model.ts";
import type { Reader } from "./reader.ts";
import type { BulkStore } from "./store.ts";

interface Listed {
  id: string;
  seq: number;
  status: string;
  data: Partial<Answers>;
  meta: Record<string, unknown>;
}

interface Metrics {
  total_responses: number;
  partials: number;
  starts: number;
}

interface Verification {
  ok: boolean;
  entries: number;
  responses: number;
  drift: unknown[];
}

export class Checker {
  readonly chains = new Map<string, Chain[]>();

  readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  /** What can be asked after every restart: its cost does not grow with what was proved before. */
  async quick(reader: Reader): Promise<void> {
    for (const form of this.model.forms) {
      const live = form.responses.filter(isLive);
      // First what the ledger says by itself, before any read has made it settle.
      const metrics = await reader.get<Metrics>(`/api/v2/analytics/forms/${form.id}/metrics`);
      this.same(form, "counted", live.length, metrics.total_responses);
      const standing = form.responses.filter(isStanding).length;
      this.same(form, "partial", standing - live.length, metrics.partials);
      this.#starts(form, standing, metrics.starts);
      this.#places(form, live);
      await this.#distribution(reader, form, live);
      const series = await reader.get<{ total: number }>(`/api/v2/analytics/forms/${form.id}/timeseries?granularity=hour`);
      this.same(form, "counted by the hour", live.length, series.total);
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
      this.same(form, "rebuilt", form.responses.filter(isTaken).length, responses);
    }
    await this.quick(reader);
    for (const form of this.model.forms) await this.#verify(reader, form);
  }

  /** Of a server that has ended: the roll-ups as they lie in the store. */
  async rollups(store: BulkStore): Promise<void> {
    const all = await store.read<{ form_id: string; field: string; value: string; count: number; sum: number }>(
      "SELECT form_id, field, value, sum(count) AS count, sum(sum) AS sum FROM response_rollups GROUP BY 1, 2, 3",
    );
    for (const form of this.model.forms) {
      const live = form.responses.filter(isLive);
      const own = all.filter(({ form_id }) => form_id === form.id);
      const sums = new Map(own.map((row) => [`${row.field}=${row.value}`, row]));
      const count = (name: string) => Number(sums.get(name)?.count ?? 0);
      this.same(form, "in roll-ups", live.length, count("="));
      for (const colour of COLOURS) this.same(form, `${colour} in roll-ups`, withColour(live, colour), count(`colour=${colour}`));
      const score = live.reduce((sum, { state }) => sum + (state.answers.score ?? 0), 0);
      this.same(form, "score in roll-ups", score, Number(sums.get("score=")?.sum ?? 0));
    }
  }

  same(form: TortureForm, what: string, expected: number, found: number): void {
    if (expected !== found) this.model.violation(`${form.id}, ${what}: ${found}, should be ${expected}`);
  }

  /** Each response is a start, and so is each that led to nothing; of those never answered nobody knows. */
  #starts(form: TortureForm, standing: number, found: number): void {
    const least = standing + form.starts.filter(({ state }) => state !== "used").length;
    const most = least + form.unansweredStarts;
    if (found < least || found > most) this.model.violation(`${form.id}, starts: ${found}, should be ${least} to ${most}`);
  }

  #places(form: TortureForm, live: readonly Tracked[]): void {
    if (form.quota === null) return;
    const { limit, colour, colourLimit } = form.quota;
    if (live.length > limit) this.model.violation(`${form.id} let in ${live.length} for ${limit} places`);
    const withIt = withColour(live, colour);
    if (withIt > colourLimit) this.model.violation(`${form.id} let in ${withIt} with ${colour} for ${colourLimit} places`);
  }

  async #distribution(reader: Reader, form: TortureForm, live: readonly Tracked[]): Promise<void> {
    const { answered, values } = await reader.get<{ answered: number; values: { value: string; count: number }[] }>(
      `/api/v2/analytics/forms/${form.id}/fields/colour/distribution`,
    );
    this.same(form, "answered", live.length, answered);
    for (const colour of COLOURS)
      this.same(form, colour, withColour(live, colour), values.find(({ value }) => value === colour)?.count ?? 0);
  }

  async #chain(reader: Reader, form: TortureForm): Promise<void> {
    const chains = this.chains.get(form.id) ?? Array.from({ length: form.shards }, (_, shard) => new Chain(form.id, shard));
    this.chains.set(form.id, chains);
    const expected = form.responses.reduce((sum, { entries }) => sum + entries, 0);
    for (const chain of chains) for (const wrong of await chain.walk(reader)) this.model.violation(wrong);
    this.same(form, "in the chain", expected, sum(chains.map(({ length }) => length)));
    this.same(form, "accepted in the chain", form.responses.filter(isTaken).length, sum(chains.map(({ accepted }) => accepted)));
  }

  async #list(reader: Reader, form: TortureForm): Promise<void> {
    const found = await this.#listed(reader, form, "");
    const standing = form.responses.filter(isStanding);
    this.same(form, "listed", standing.length, found.size);
    for (const { accepted, state } of standing) {
      const row = accepted === null ? undefined : found.get(accepted.id);
      if (row === undefined) this.model.violation(`${accepted?.id} was accepted and is not listed`);
      else if (row.seq !== accepted?.seq || row.status !== state.status || !isDeepStrictEqual({ ...row.data }, { ...state.answers }))
        this.model.violation(`${row.id} is listed as ${JSON.stringify(row)}`);
    }
    // In the bin an erased response is still a response, and nothing else.
    const bin = await this.#listed(reader, form, "&status=deleted");
    const deleted = form.responses.filter((tracked) => isTaken(tracked) && tracked.state.deleted);
    this.same(form, "in the bin", deleted.length, bin.size);
    for (const { accepted, state } of deleted) {
      const row = bin.get(accepted?.id ?? "");
      if (
        row === undefined ||
        !isDeepStrictEqual({ ...row.data }, { ...state.answers }) ||
        (state.erased && Object.keys(row.meta).length > 0)
      )
        this.model.violation(`${accepted?.id} lies in the bin as ${JSON.stringify(row)}`);
    }
    const chains = this.chains.get(form.id) ?? [];
    for (const { accepted, entries } of form.responses)
      this.same(form, `entries of ${accepted?.id}`, entries, sum(chains.map((chain) => chain.entriesOf.get(accepted?.id ?? "") ?? 0)));
  }

  async #listed(reader: Reader, form: TortureForm, query: string): Promise<Map<string, Listed>> {
    const found = new Map<string, Listed>();
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { responses: Listed[]; next_cursor: string | null } = await reader.get(
        `/api/v1/forms/${form.id}/responses?limit=1000${query}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const response of page.responses) {
        if (found.has(response.id)) this.model.violation(`${response.id} is listed twice`);
        found.set(response.id, response);
      }
      cursor = page.next_cursor;
    }
    return found;
  }

  async #verify(reader: Reader, form: TortureForm): Promise<void> {
    const { ok, entries, responses, drift } = await reader.post<Verification>(`/api/v1/forms/${form.id}/verify`);
    if (!ok) this.model.violation(`${form.id} has drifted: ${JSON.stringify(drift).slice(0, 2_000)}`);
    this.same(form, "entries verified", sum(form.responses.map((tracked) => tracked.entries)), entries);
    this.same(form, "responses verified", form.responses.filter(isTaken).length, responses);
  }
}

function withColour(live: readonly Tracked[], colour: string): number {
  return live.filter(({ state }) => state.answers.colour === colour).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
