import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SharedCalls } from "../../src/responses/ledger/shared-calls";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An object that answers a call when it is told to. */
function slowObject() {
  const calls: { asked: number[]; answer(): void; fail(error: Error): void }[] = [];
  const shared = new SharedCalls<number, string>();
  const send = (asked: number[]) =>
    new Promise<string[]>((resolve, reject) => {
      calls.push({ asked, answer: () => resolve(asked.map((one) => `answer ${one}`)), fail: reject });
    });
  const ask = (asked: number, bytes = 100) => shared.ask("one", asked, { bytes, send, keepAlive: () => {}, now: Date.now });
  const asked = () => calls.map((call) => call.asked);
  return { calls, ask, asked, shared, send };
}

/** Everything that can happen without time passing. */
async function atOnce(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
}

describe("calls that are shared", () => {
  test("who comes first goes at once; who comes while it is away goes together when it is back", async () => {
    const { calls, ask, asked } = slowObject();
    const answers = [1, 2, 3, 4].map((one) => ask(one));
    expect(asked()).toEqual([[1]]);
    calls[0]?.answer();
    expect(await answers[0]).toBe("answer 1");
    await atOnce();
    expect(asked()).toEqual([[1], [2, 3, 4]]);
    calls[1]?.answer();
    expect(await Promise.all(answers)).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
  });

  test("nobody waits longer than ten milliseconds for a call that is away", async () => {
    const { calls, ask, asked } = slowObject();
    const answers = [1, 2, 3].map((one) => ask(one));
    await vi.advanceTimersByTimeAsync(9);
    expect(asked()).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked()).toEqual([[1], [2, 3]]);
    // Whoever died with its call holds nobody up either.
    await vi.advanceTimersByTimeAsync(10);
    answers.push(ask(4));
    expect(asked()).toEqual([[1], [2, 3], [4]]);
    for (const call of calls) call.answer();
    expect(await Promise.all(answers)).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
  });

  test("a call that never comes back holds up who comes soon after it, and nobody later", async () => {
    const { calls, ask, asked } = slowObject();
    ask(1);
    await vi.advanceTimersByTimeAsync(10);
    const second = ask(2);
    calls[1]?.answer();
    expect(await second).toBe("answer 2");
    ask(3);
    expect(asked()).toEqual([[1], [2], [3]]);
  });

  test.each([
    { tookMs: 100, patienceMs: 300 },
    { tookMs: 5_000, patienceMs: 500 },
  ])("of an object that took $tookMs ms the next call is waited for $patienceMs ms", async ({ tookMs, patienceMs }) => {
    const { calls, ask, asked } = slowObject();
    ask(1);
    await vi.advanceTimersByTimeAsync(tookMs);
    calls[0]?.answer();
    await atOnce();
    ask(2);
    ask(3);
    await vi.advanceTimersByTimeAsync(patienceMs - 1);
    expect(asked()).toEqual([[1], [2]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked()).toEqual([[1], [2], [3]]);
  });

  test("a call that fails, fails for those in it alone", async () => {
    const { calls, ask } = slowObject();
    const answers = [1, 2, 3].map((one) => ask(one));
    const ended = Promise.allSettled(answers);
    calls[0]?.answer();
    await atOnce();
    const later = ask(4);
    calls[1]?.fail(new Error("the object was moved"));
    await atOnce();
    calls[2]?.answer();
    expect((await ended).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await later).toBe("answer 4");
  });

  test("who went in a call that never comes back is told that nobody knows", async () => {
    const { calls, ask } = slowObject();
    const [first, second, third] = [1, 2, 3].map((one) => ask(one));
    second?.catch(() => {});
    calls[0]?.answer();
    await first;
    await atOnce();
    const told = expect(third).rejects.toThrow("not known whether this was taken");
    await vi.advanceTimersByTimeAsync(31_000);
    await told;
  });

  test("what is asked of another object waits for nobody, and large ones do not travel together", async () => {
    const { calls, ask, asked, shared, send } = slowObject();
    const large = 3_000_000;
    const answers = [1, 2, 3].map((one) => ask(one, large));
    answers.push(shared.ask("two", 9, { bytes: 1, send, keepAlive: () => {}, now: Date.now }));
    expect(asked()).toEqual([[1], [9]]);
    for (let at = 0; at < 4; at++) {
      calls[at]?.answer();
      await atOnce();
    }
    expect(asked()).toEqual([[1], [9], [2], [3]]);
    expect(await Promise.all(answers)).toEqual(["answer 1", "answer 2", "answer 3", "answer 9"]);
  });
});
