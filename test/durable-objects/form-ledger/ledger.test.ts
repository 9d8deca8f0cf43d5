import { expect, test } from "vitest";
import { acceptRequest, changeRequest, HOUR, NOW, onLedger } from "./support";

test("a restart finds the same counters, numbers and hash, from snapshot and entries", () =>
  onLedger(async ({ ledger, settler, clock, accept, restarted }) => {
    for (let i = 0; i < 5; i++) {
      clock.now += 1_000;
      accept({
        startedAt: clock.now - 10_000,
        cells: [
          ["city", ""],
          ["city", i % 2 === 0 ? "Rome" : "Oslo"],
          ["age", "", 0.1 * i],
        ],
      });
      if (i === 2) await settler.flush();
    }
    ledger.viewed(3, NOW, "ws_1");
    const again = restarted();
    expect([again.head, again.hash, again.settled]).toEqual([5, ledger.hash, 3]);
    for (const total of ["complete", "starts", "duration_ms", "timed"] as const) {
      expect(again.counters.total(total), total).toBe(ledger.counters.total(total));
    }
    expect(again.counters.field("city")).toEqual(ledger.counters.field("city"));
    expect(again.counters.of("age", "").sum).toBeCloseTo(1.0, 10);
    expect(again.counters.lastSubmittedAt).toBe(clock.now);
  }));

test("numbers go on after the ledger has been emptied", () =>
  onLedger(async ({ settler, storage, accept, restarted, ledger }) => {
    accept();
    accept();
    await settler.flush();
    storage.sql.exec("DELETE FROM entries");
    const again = restarted();
    expect([again.head, again.hash]).toEqual([2, ledger.hash]);
    expect(again.accept(acceptRequest(), NOW)).toMatchObject({ kind: "accepted", seq: 3 });
  }));

test("a change is refused when it was based on something older, or on something no longer known", () =>
  onLedger(({ ledger, accept }) => {
    const first = accept();
    expect(ledger.change(changeRequest(first, 1), NOW)).toMatchObject({ kind: "accepted", seq: 2 });
    expect(ledger.change(changeRequest(first, 1), NOW)).toEqual({ kind: "refused", reason: "changed" });
    const second = accept();
    ledger.settled = ledger.head;
    ledger.disk.trim(ledger.head);
    expect(ledger.change(changeRequest(second, 1), NOW)).toEqual({ kind: "refused", reason: "changed" });
    expect(ledger.change(changeRequest(second, 3), NOW)).toMatchObject({ kind: "accepted" });
  }));

test("time never runs backwards on the page, whatever the clock does", () =>
  onLedger(({ clock, accept }) => {
    const first = accept();
    clock.now -= HOUR;
    expect(accept().submittedAt).toBe(first.submittedAt);
  }));

const PAGE = { version: 1, rank: 0, page: "first_page" };

test("a held place lapses, and one address holds only a few", () =>
  onLedger(({ ledger, accept }) => {
    const guards = { opensAt: null, closesAt: null, quota: 5, elsewhere: { complete: 0, values: [] } };
    const start = (n: number, address: string, now = NOW) =>
      ledger.start({ start: { id: `s${n}`, at: now }, first: PAGE, place: PAGE, workspaceId: "ws_1", address, guards }, now);
    const held = [1, 2, 3, 4].map((n) => start(n, "greedy"));
    expect(held.map((outcome) => outcome.kind === "started" && outcome.heldUntil !== null)).toEqual([true, true, true, false]);
    const quota = { ...guards, quotas: [], duplicateKey: null };
    accept({ guards: quota });
    accept({ guards: quota });
    expect(ledger.accept(acceptRequest({ guards: quota }), NOW)).toEqual({ kind: "refused", reason: "quota_reached" });
    expect(start(9, "other")).toEqual({ kind: "refused", reason: "quota_reached" });
    expect(ledger.accept(acceptRequest({ guards: quota, start: { id: "s1", at: NOW } }), NOW)).toMatchObject({ kind: "accepted" });
    const later = NOW + HOUR;
    expect(ledger.accept(acceptRequest({ guards: quota }), later)).toMatchObject({ kind: "accepted" });
    expect(ledger.accept(acceptRequest({ guards: quota }), later)).toMatchObject({ kind: "accepted" });
    expect(ledger.accept(acceptRequest({ guards: quota }), later)).toEqual({ kind: "refused", reason: "quota_reached" });
  }));

test("an idempotency key is heeded for as long as was asked, and then forgotten", () =>
  onLedger(({ ledger, accept }) => {
    const idempotency = { key: "k", fingerprint: "f", keptMs: 24 * HOUR };
    const long = { key: "l", fingerprint: "f", keptMs: 72 * HOUR };
    const kept = accept({ idempotency: long });
    const first = accept({ idempotency });
    expect(ledger.accept(acceptRequest({ idempotency }), NOW + 23 * HOUR)).toMatchObject({ kind: "replayed", seq: first.seq });
    ledger.disk.respondents.forgetExpired(NOW + 24 * HOUR);
    expect(ledger.accept(acceptRequest({ idempotency }), NOW + 24 * HOUR)).toMatchObject({ kind: "accepted", seq: 3 });
    expect(ledger.accept(acceptRequest({ idempotency: long }), NOW + 71 * HOUR)).toMatchObject({ kind: "replayed", seq: kept.seq });
  }));

test("buckets of a quarter of an hour add up over snapshots", () =>
  onLedger(({ ledger, clock, accept }) => {
    accept();
    ledger.snapshot();
    accept();
    clock.now += 15 * 60_000;
    accept();
    ledger.snapshot();
    expect(ledger.disk.buckets(NOW - HOUR, NOW + HOUR)).toEqual([
      [NOW, { complete: 2, partial: 0, starts: 2, views: 0 }],
      [NOW + 15 * 60_000, { complete: 1, partial: 0, starts: 1, views: 0 }],
    ]);
  }));
