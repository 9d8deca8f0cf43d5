// A lane over a store in memory, with a clock that stands still until a test moves it.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../src/shared/destination-fetch";
import { HEALTHY, type Health } from "../../src/webhooks/lane/health";
import { Lane } from "../../src/webhooks/lane/lane";
import type { LaneDeps, LaneEndpoint, Recorded } from "../../src/webhooks/lane/ports";
import type { Due, Result } from "../../src/webhooks/lane/store";

interface Row extends Due {
  status: "pending" | "delivered" | "dead";
  dueAt: number;
}

const START = Date.UTC(2026, 0, 31, 9);
const ok: Exchange = { kind: "answered", status: 204, headers: new Headers(), body: new Uint8Array(), truncated: false, durationMs: 3 };
const failed = (status = 500, headers = {}): Exchange => ({ ...ok, status, headers: new Headers(headers) }) as Exchange;

function row(id: string, over: Partial<Row> = {}): Row {
  const seq = Number(id.replace(/\D/g, ""));
  return {
    id,
    eventId: `evt_${id}`,
    eventType: "response.submitted",
    occurredAt: START,
    formId: "frm_a",
    shard: 0,
    seq,
    attempts: 0,
    tries: 0,
    createdAt: START,
    status: "pending",
    dueAt: START,
    ...over,
  };
}

function world(rows: Row[], endpoint: Partial<LaneEndpoint> = {}) {
  const state = {
    now: START,
    endpoint: { ordered: false, maxPerMinute: null, ...endpoint } as LaneEndpoint | null,
    answer: (_: Due): Exchange | Promise<Exchange> => ok,
    log: [] as { id: string; attempt: number; at: number }[],
    busy: 0,
    mostBusy: 0,
    stops: [] as Recorded["stop"][],
    storeDown: false,
    health: HEALTHY as Health,
    results: [] as Result[],
  };
  const pending = () => rows.filter(({ status }) => status === "pending");
  const deps: LaneDeps = {
    now: () => state.now,
    dice: () => 0,
    endpoint: async () => state.endpoint,
    due: async (known, now) => {
      const due = pending().filter(({ id, dueAt }) => dueAt <= now && !known.includes(id));
      const later = pending()
        .map(({ dueAt }) => dueAt)
        .filter((at) => at > now);
      return { due: due.slice(0, 100), nextAt: later.length === 0 ? null : Math.min(...later), more: due.length > 100 };
    },
    inOrder: async (now, busy) => {
      const heads = [...Map.groupBy(pending(), ({ formId }) => formId)].filter(([formId]) => !busy.has(formId));
      const ready = heads.filter(([, [head]]) => (head?.dueAt ?? 0) <= now);
      const later = heads.flatMap(([, [head]]) => (head !== undefined && head.dueAt > now ? [head.dueAt] : []));
      return {
        due: ready.flatMap(([, all]) => all.slice(0, 3)),
        nextAt: later.length === 0 ? null : Math.min(...later),
        more: ready.some(([, all]) => all.length > 3),
      };
    },
    prepare: async (due) => new Map(due.map(({ id }) => [id, { body: id }])),
    send: async (due, attempt, _, at) => {
      state.log.push({ id: due.id, attempt, at: at - START });
      state.busy += 1;
      state.mostBusy = Math.max(state.mostBusy, state.busy);
      await Promise.resolve();
      const answer = await state.answer(due);
      state.busy -= 1;
      return answer;
    },
    record: async ({ results, stop }) => {
      if (state.storeDown) throw new Error("The store is down");
      for (const result of results) {
        const known = rows.find(({ id }) => id === result.id);
        if (known === undefined || known.status !== "pending" || known.attempts >= result.attempt) continue;
        Object.assign(known, { status: result.next, attempts: result.attempt, tries: result.tries, dueAt: result.dueAt ?? known.dueAt });
      }
      if (stop !== null) {
        state.stops.push(stop);
        state.endpoint = null;
      }
    },
    memory: {
      health: () => state.health,
      setHealth: (health) => {
        state.health = health;
      },
      addResult: (result) => state.results.push(result),
      results: () => [...state.results],
      dropResults: (dropped) => {
        state.results = state.results.filter((result) => !dropped.includes(result));
      },
    },
  };
  const lane = new Lane(deps);
  return {
    state,
    rows,
    lane,
    deps,
    /** Runs the lane whenever it wants to, until nothing is left or `limitMs` have passed. */
    async play(limitMs = 4 * 60 * 60_000) {
      for (;;) {
        const next = await lane.run();
        if (next === null || next - START > limitMs) return;
        state.now = Math.max(state.now, next);
      }
    },
  };
}

describe("the schedule", () => {
  test("a delivery that nobody takes is tried at 0, 1, 6, 36, 336 and 2136 seconds, and then is dead", async () => {
    const w = world([row("d1")]);
    w.state.answer = () => failed();
    await w.play();
    expect(w.state.log).toEqual([0, 1_000, 6_000, 36_000, 336_000, 2_136_000].map((at, i) => ({ id: "d1", attempt: i + 1, at })));
    expect(w.rows[0]).toMatchObject({ status: "dead", attempts: 6 });
  });

  test("one that is taken at last is through, and not asked again", async () => {
    const w = world([row("d1")]);
    w.state.answer = () => (w.state.log.length < 3 ? failed() : ok);
    await w.play();
    expect(w.state.log.map(({ at }) => at)).toEqual([0, 1_000, 6_000]);
    expect(w.rows[0]?.status).toBe("delivered");
  });

  test("one that was sent again starts over, with attempts counted on", async () => {
    const w = world([row("d1", { attempts: 6, tries: 0 })]);
    w.state.answer = () => failed();
    await w.play();
    expect(w.state.log.map(({ attempt }) => attempt)).toEqual([7, 8, 9, 10, 11, 12]);
  });

  test("a delivery that fails keeps no other back, and none is sent twice", async () => {
    const w = world(Array.from({ length: 500 }, (_, i) => row(`d${i + 1}`)));
    w.state.answer = ({ seq }) => (seq % 7 === 0 ? failed(422) : ok);
    await w.play();
    const times = Map.groupBy(w.state.log, ({ id }) => id);
    expect(
      w.rows.every(
        ({ id, seq, status }) => status === (seq % 7 === 0 ? "dead" : "delivered") && times.get(id)?.length === (seq % 7 === 0 ? 6 : 1),
      ),
    ).toBe(true);
    expect(w.state.log.filter(({ at }) => at === 0).length).toBe(500);
    expect(w.state.mostBusy).toBe(6);
  });
});

describe("the endpoint as a whole", () => {
  test("410 ends it at once", async () => {
    const w = world(Array.from({ length: 50 }, (_, i) => row(`d${i + 1}`)));
    w.state.answer = () => failed(410);
    await w.play();
    expect(w.state.stops).toEqual(["gone"]);
    expect(w.state.log.length).toBeLessThanOrEqual(6);
  });

  test("an outage opens the circuit: hardly anything is asked, nothing dies of it, and all goes out when it is over", async () => {
    const w = world(Array.from({ length: 300 }, (_, i) => row(`d${i + 1}`)));
    const overAt = START + 3 * 60 * 60_000;
    w.state.answer = () => (w.state.now < overAt ? failed(503) : ok);
    await w.play(5 * 60 * 60_000);
    const during = w.state.log.filter(({ at }) => at + START < overAt).length;
    expect(during).toBeLessThan(110);
    expect(w.rows.filter(({ status }) => status === "delivered").length).toBeGreaterThan(270);
    expect(w.rows.every(({ status }) => status !== "pending")).toBe(true);
  });

  test("a day of failures pauses it", async () => {
    const w = world(Array.from({ length: 900 }, (_, i) => row(`d${i + 1}`)));
    w.state.answer = () => failed(503);
    await w.play(30 * 60 * 60_000);
    expect(w.state.stops).toEqual(["persistent"]);
    expect(w.rows.filter(({ status }) => status === "pending").length).toBeGreaterThan(400);
  });

  test("what has waited for three days is dead without being asked", async () => {
    const w = world([row("d1", { createdAt: START - 72 * 60 * 60_000 }), row("d2")]);
    await w.play();
    expect(w.state.log.map(({ id }) => id)).toEqual(["d2"]);
    expect(w.rows.map(({ status }) => status)).toEqual(["dead", "delivered"]);
  });

  test("429 with Retry-After keeps all of it quiet for as long", async () => {
    const w = world(Array.from({ length: 30 }, (_, i) => row(`d${i + 1}`)));
    w.state.answer = () => (w.state.now < START + 20_000 ? failed(429, { "Retry-After": "20" }) : ok);
    await w.play();
    expect(w.state.log.filter(({ at }) => at < 20_000).length).toBeLessThanOrEqual(6);
    expect(w.rows.every(({ status }) => status === "delivered")).toBe(true);
  });

  test("a rate limit spreads them out", async () => {
    const w = world(
      Array.from({ length: 10 }, (_, i) => row(`d${i + 1}`)),
      { maxPerMinute: 60 },
    );
    await w.play();
    expect(w.state.log.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, i) => i * 1_000));
  });

  test("paused while it works: what was taken is written down, the rest waits", async () => {
    const w = world(Array.from({ length: 300 }, (_, i) => row(`d${i + 1}`)));
    w.state.answer = () => {
      if (w.state.log.length >= 20 && w.state.endpoint !== null) {
        w.state.endpoint = null;
        w.lane.refresh();
      }
      return ok;
    };
    await w.play();
    const delivered = w.rows.filter(({ status }) => status === "delivered").length;
    expect(delivered).toBe(w.state.log.length);
    expect(delivered).toBeLessThan(30);
  });
});

describe("in order", () => {
  const rows = () => ["a", "b"].flatMap((form) => Array.from({ length: 20 }, (_, i) => row(`${form}${i + 1}`, { formId: form })));

  test("one at a time for each form, forms side by side", async () => {
    const w = world(rows(), { ordered: true });
    await w.play();
    for (const form of ["a", "b"]) {
      expect(w.state.log.filter(({ id }) => id.startsWith(form)).map(({ id }) => id)).toEqual(
        Array.from({ length: 20 }, (_, i) => `${form}${i + 1}`),
      );
    }
    expect(w.state.mostBusy).toBe(2);
  });

  test("what comes after one that fails waits for it; other forms do not", async () => {
    const w = world(rows(), { ordered: true });
    w.state.answer = ({ id }) => (id === "a5" && w.state.now < START + 36_000 ? failed() : ok);
    await w.play();
    const ofA = w.state.log.filter(({ id }) => id.startsWith("a"));
    expect(ofA.map(({ id }) => id)).toEqual(
      [...[1, 2, 3, 4, 5, 5, 5, 5], ...Array.from({ length: 15 }, (_, i) => i + 6)].map((n) => `a${n}`),
    );
    expect(w.state.log.filter(({ id }) => id.startsWith("b")).every(({ at }) => at === 0)).toBe(true);
  });

  test("one that dies lets the next go", async () => {
    const w = world(rows(), { ordered: true });
    w.state.answer = ({ id }) => (id === "a1" ? failed(422) : ok);
    await w.play();
    expect(w.rows.filter(({ status }) => status === "dead").map(({ id }) => id)).toEqual(["a1"]);
    expect(w.rows.filter(({ status }) => status === "delivered").length).toBe(39);
  });
});

describe("trouble of our own", () => {
  test("an outcome that the store has not heard of is told when it is back, and nothing is sent again", async () => {
    const w = world(Array.from({ length: 80 }, (_, i) => row(`d${i + 1}`)));
    w.state.storeDown = true;
    await expect(w.lane.run()).rejects.toThrow("The store is down");
    const sent = w.state.log.length;
    expect(sent).toBeGreaterThan(0);
    w.state.storeDown = false;
    // As after a restart: another lane, the same memory.
    const again = new Lane(w.deps);
    await again.run();
    expect(new Set(w.state.log.map(({ id }) => id)).size).toBe(w.state.log.length);
    expect(w.rows.every(({ status }) => status === "delivered")).toBe(true);
  });

  test("what is added while something slow is under way does not wait for it", async () => {
    const w = world([row("d1")]);
    let finish = () => {};
    w.state.answer = ({ id }) =>
      id === "d1"
        ? new Promise<Exchange>((done) => {
            finish = () => done(ok);
          })
        : ok;
    const running = w.lane.run();
    await expect.poll(() => w.state.log.length).toBe(1);
    w.rows.push(row("d2"));
    w.lane.wake();
    await expect.poll(() => w.state.log.map(({ id }) => id)).toEqual(["d1", "d2"]);
    finish();
    expect(await running).toBeNull();
    expect(w.rows.map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  });

  test("what a delivery tells may be gone, or too much to fill in: dead, with the reason, without a request", async () => {
    const w = world([row("d1"), row("d2"), row("d3")]);
    const recorded: Result[] = [];
    const { record } = w.deps;
    w.deps.record = async (told) => {
      recorded.push(...told.results);
      return record(told);
    };
    w.deps.prepare = async () =>
      new Map([
        ["d1", { error: "The template could not be filled in." }],
        ["d3", { body: "d3" }],
      ]) as never;
    await w.play();
    expect(w.state.log.map(({ id }) => id)).toEqual(["d3"]);
    expect(recorded.map(({ id, next, error }) => [id, next, error]).sort()).toEqual([
      ["d1", "dead", "The template could not be filled in."],
      ["d2", "dead", "What it tells is not there any more."],
      ["d3", "delivered", null],
    ]);
  });
});

test("large bodies are made ready a few at a time, and all are sent", async () => {
  const w = world(Array.from({ length: 120 }, (_, i) => row(`d${i + 1}`)));
  let held = 0;
  let mostHeld = 0;
  const { prepare, send } = w.deps;
  w.deps.prepare = async (due) => {
    held += due.length;
    mostHeld = Math.max(mostHeld, held);
    const bodies = await prepare(due);
    return new Map([...bodies.keys()].map((id) => [id, { body: "x".repeat(1_000_000) }]));
  };
  w.deps.send = async (...args) => {
    held -= 1;
    return send(...args);
  };
  await w.play();
  expect(w.rows.every(({ status }) => status === "delivered")).toBe(true);
  expect(w.state.log.length).toBe(120);
  expect(mostHeld).toBeLessThan(40);
});
