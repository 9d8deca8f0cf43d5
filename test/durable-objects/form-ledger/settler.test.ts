import { expect, test, vi } from "vitest";
import { KEPT_ENTRIES } from "../../../durable-objects/form-ledger/settler";
import { changeRequest, NOW, onLedger } from "./support";

test("settles in order, announces each range, and keeps the newest for feeds", () =>
  onLedger(async ({ ledger, settler, batches, sent, accept }) => {
    for (let i = 0; i < 2_500; i++) accept();
    await settler.flush();
    expect(batches.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
      [1, 1_000],
      [1_001, 2_000],
      [2_001, 2_500],
    ]);
    expect(sent).toHaveLength(3);
    expect(ledger.settled).toBe(2_500);
    expect(ledger.disk.floor()).toBe(2_500 - KEPT_ENTRIES + 1);
  }));

test("a batch is cut by its size as well", () =>
  onLedger(async ({ settler, batches, accept }) => {
    for (let i = 0; i < 5; i++) accept({ bytes: 400_000 });
    accept({ bytes: 1_048_576 });
    await settler.flush();
    expect(batches.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
      [1, 2],
      [3, 4],
      [5, 5],
      [6, 6],
    ]);
  }));

test("when the store fails it waits longer each time, readers are told at once, and nothing is lost", () => {
  let down = true;
  let tries = 0;
  return onLedger(
    async ({ ledger, settler, clock, accept, batches }) => {
      accept();
      const waits = [];
      for (let i = 0; i < 4; i++) {
        await settler.flush();
        waits.push((settler.health.retryAt ?? 0) - clock.now);
      }
      expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
      expect(settler.health).toMatchObject({ failures: 4, lastError: "D1_ERROR: storage caused object to be reset" });
      const before = tries;
      expect(await settler.barrier(1_000)).toMatchObject({ current: false, head: 1 });
      expect(tries).toBe(before);
      down = false;
      clock.now += 4_000;
      accept();
      expect(await settler.barrier(1_000)).toMatchObject({ current: true, head: 2 });
      expect([settler.health.failures, ledger.settled, batches.length]).toEqual([0, 2, 1]);
    },
    async (batch, taken) => {
      tries += 1;
      if (down) throw new Error("D1_ERROR: storage caused object to be reset");
      taken.push(batch);
      return { kind: "settled" };
    },
  );
});

test("a batch that was written although its reply was lost is not written twice", () => {
  let lose = true;
  return onLedger(
    async ({ ledger, settler, batches, accept }) => {
      accept();
      accept();
      await settler.flush();
      expect(ledger.settled).toBe(0);
      accept();
      await settler.flush();
      expect(ledger.settled).toBe(3);
      expect(batches.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
        [1, 2],
        [3, 3],
      ]);
    },
    async (batch, taken) => {
      const watermark = taken.at(-1)?.toSeq ?? 0;
      if (batch.fromSeq !== watermark + 1) return { kind: "behind", watermark };
      taken.push(batch);
      if (lose) {
        lose = false;
        throw new Error("Network connection lost.");
      }
      return { kind: "settled" };
    },
  );
});

test("one entry the store refuses is set aside; those before and after it flow", () =>
  onLedger(
    async ({ ledger, settler, batches, accept }) => {
      for (let i = 1; i <= 20; i++) accept({ data: i === 13 ? '{"name":"poison"}' : `{"name":"n${i}"}` });
      await settler.flush();
      await settler.flush();
      expect(ledger.settled).toBe(20);
      expect(settler.health).toMatchObject({ failures: 0, poisoned: 1 });
      const rows = batches.flatMap((batch) => batch.rows);
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(rows[12]).toMatchObject({ data: "{}", meta: '{"set_aside":true}' });
      expect(ledger.disk.storage.sql.exec("SELECT seq, data FROM poison").toArray()).toEqual([{ seq: 13, data: '{"name":"poison"}' }]);
    },
    async (batch, taken) => {
      if (batch.rows.some(({ data }) => data?.includes("poison"))) throw new Error("D1_ERROR: malformed JSON: SQLITE_ERROR");
      taken.push(batch);
      return { kind: "settled" };
    },
  ));

test("callers who come during a flush share the next one", () => {
  let running = 0;
  let most = 0;
  return onLedger(
    async ({ ledger, settler, accept, batches }) => {
      accept();
      const first = settler.flush();
      accept();
      await Promise.all([first, settler.flush(), settler.flush(), settler.barrier(1_000)]);
      expect(most).toBe(1);
      expect(ledger.settled).toBe(2);
      expect(batches.length).toBeLessThanOrEqual(2);
    },
    async (batch, taken) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      taken.push(batch);
      return { kind: "settled" };
    },
  );
});

test("what a batch says about the days is what its entries add up to", () =>
  onLedger(async ({ ledger, settler, batches, accept }) => {
    const cells = [
      ["city", ""],
      ["city", "Rome"],
      ["age", "", 30],
    ] as const;
    const first = accept({ cells });
    accept({ cells: [["age", "", 40]] });
    ledger.change(
      changeRequest(first, 2, {
        kind: "delete",
        data: null,
        take: { status: "complete", submittedAt: first.submittedAt, durationMs: null, cells },
        add: null,
      }),
      NOW,
    );
    await settler.flush();
    expect(batches[0]?.rollups).toEqual([
      { day: "2026-01-31", field: "", value: "", count: 1, sum: 0, min: null, max: null, loose: false },
      { day: "2026-01-31", field: "city", value: "", count: 0, sum: 0, min: null, max: null, loose: false },
      { day: "2026-01-31", field: "city", value: "Rome", count: 0, sum: 0, min: null, max: null, loose: false },
      { day: "2026-01-31", field: "age", value: "", count: 1, sum: 40, min: 30, max: 40, loose: true },
    ]);
    expect(batches[0]?.rows.find(({ id }) => id === first.responseId)).toMatchObject({
      data: '{"name":"Ada"}',
      dataSeq: 1,
      lastSeq: 3,
      deletedAt: NOW,
    });
  }));

test("a store that does not answer holds up neither readers nor the next entries, and its late success is not repeated", () => {
  vi.useFakeTimers();
  const answer: (() => void)[] = [];
  return onLedger(
    async ({ ledger, settler, clock, accept, batches }) => {
      accept();
      const reader = settler.barrier(50);
      await vi.advanceTimersByTimeAsync(50);
      expect(await reader).toMatchObject({ current: false, head: 1 });
      accept();
      await vi.advanceTimersByTimeAsync(20_000);
      expect(settler.health).toMatchObject({ failures: 1, lastError: "A settle took longer than 20000 ms" });
      // It had been written after all.
      answer[0]?.();
      clock.now += 500;
      const late = settler.flush();
      await vi.advanceTimersByTimeAsync(0);
      answer[1]?.();
      await vi.advanceTimersByTimeAsync(0);
      answer[2]?.();
      await late;
      expect(batches.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect(ledger.settled).toBe(2);
    },
    (batch, taken) =>
      new Promise((resolve) => {
        const watermark = taken.at(-1)?.toSeq ?? 0;
        const isNext = batch.fromSeq === watermark + 1;
        if (isNext) taken.push(batch);
        answer.push(() => resolve(isNext ? { kind: "settled" } : { kind: "behind", watermark }));
      }),
  ).finally(() => vi.useRealTimers());
});

test("a queue that refuses delays events and nothing else", () =>
  onLedger(async ({ ledger, settler, accept, sent, refuse }) => {
    refuse(new Error("Queue is overloaded"));
    accept();
    await settler.flush();
    accept();
    await settler.flush();
    expect([ledger.settled, settler.health.failures, sent.length]).toEqual([2, 0, 0]);
    refuse(null);
    accept();
    await settler.flush();
    expect(sent).toMatchObject([{ type: "entries", fromSeq: 3, toSeq: 3 }]);
  }));

test("whoever watches is told from the second failure on, at each try, and when it is over", () => {
  let down = true;
  return onLedger(
    async ({ settler, clock, accept, alarms }) => {
      accept();
      await settler.flush();
      expect(alarms).toEqual([]);
      await settler.flush();
      accept();
      await settler.flush();
      expect(alarms).toMatchObject([{ entries: 1 }, { entries: 2, until: expect.any(Number) }]);
      // The next try says it again before what was said is forgotten.
      expect((alarms[1] as { until: number }).until).toBeGreaterThan((settler.health.retryAt ?? 0) + 60_000);
      down = false;
      clock.now += 2_000;
      await settler.flush();
      expect(alarms.at(-1)).toBeNull();
      await settler.flush();
      expect(alarms).toHaveLength(3);
    },
    async (batch, taken) => {
      if (down) throw new Error("D1_ERROR: D1 DB is overloaded.");
      taken.push(batch);
      return { kind: "settled" };
    },
  );
});

test("the slower the store, the longer a busy ledger gathers before it asks again, up to five seconds", () => {
  let takes = 0;
  let advance = (_: number) => {};
  return onLedger(
    async ({ settler, clock, accept }) => {
      advance = (ms) => {
        clock.now += ms;
      };
      const restAfter = async (ms: number) => {
        takes = ms;
        accept();
        await settler.flush();
        return settler.nextAt(clock.now) - clock.now;
      };
      expect([await restAfter(5), await restAfter(40), await restAfter(3_000)]).toEqual([1_000, 2_000, 5_000]);
      clock.now += 10_000;
      expect(settler.nextAt(clock.now) - clock.now).toBe(20);
    },
    async (batch, taken) => {
      advance(takes);
      taken.push(batch);
      return { kind: "settled" };
    },
  );
});

test("once an erasure has settled, nothing in the ledger tells what had been answered, and the counts stay right", () =>
  onLedger(async ({ ledger, settler, storage, accept, restarted }) => {
    const cells: [string, string][] = [
      ["city", ""],
      ["city", "Timbuktu"],
    ];
    const first = accept({ data: '{"name":"Ada","city":"Timbuktu"}', cells, meta: '{"note":"from Timbuktu"}' });
    accept({ data: '{"name":"Bob"}' });
    await settler.flush();
    const take = { status: "complete" as const, submittedAt: first.submittedAt, durationMs: null, cells };
    const erase = changeRequest(first, 2, { kind: "erase", data: "{}", meta: "{}", salt: null, take, add: null, cells: [] });
    expect(ledger.change(erase, NOW)).toMatchObject({ kind: "accepted", seq: 3 });
    await settler.flush();
    const held = ["entries", "poison", "counters", "partials", "replies"].map((table) =>
      storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
    );
    expect(JSON.stringify(held)).not.toMatch(/Ada|Timbuktu/);
    expect(JSON.stringify(held)).toContain("Bob");
    const again = restarted();
    expect([again.head, again.hash, again.counters.total("complete")]).toEqual([3, ledger.hash, 1]);
    expect(again.counters.of("city", "Timbuktu").count).toBe(0);
  }));

test("an erasure that was written although its reply was lost is forgotten here too, also by a try that no longer sends it", () => {
  let trouble = 2;
  const tried: number[] = [];
  return onLedger(
    async ({ ledger, settler, storage, accept }) => {
      const first = accept({ data: '{"name":"Ada"}' });
      const take = { status: "complete" as const, submittedAt: first.submittedAt, durationMs: null, cells: [] };
      ledger.change(changeRequest(first, 1, { kind: "erase", data: "{}", meta: "{}", salt: null, take, add: null, cells: [] }), NOW);
      await settler.flush();
      await settler.flush();
      expect([tried, ledger.settled]).toEqual([[2, 2, 1], 2]);
      expect(JSON.stringify(storage.sql.exec("SELECT * FROM entries").toArray())).not.toContain("Ada");
    },
    async (batch, taken) => {
      tried.push(batch.toSeq);
      const watermark = taken.at(-1)?.toSeq ?? 0;
      if (watermark === 0) taken.push(batch);
      // As by its own fault: the next try is cut in half.
      if (trouble-- > 0) throw new Error("D1_ERROR: string or blob too big: SQLITE_TOOBIG");
      return { kind: "behind", watermark };
    },
  );
});
