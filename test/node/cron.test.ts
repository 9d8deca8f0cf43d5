import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isDue, parseCron } from "../../tools/lib/cron.ts";
import { runCron } from "../../tools/lib/cron-runner.ts";

const at = (text: string) => new Date(`${text}:00Z`);

describe("which minutes an expression means", () => {
  test.each([
    ["* * * * *", "2026-03-01T00:00", true],
    ["17 3 * * *", "2026-03-01T03:17", true],
    ["17 3 * * *", "2026-03-01T03:18", false],
    ["*/15 * * * *", "2026-03-01T10:45", true],
    ["*/15 * * * *", "2026-03-01T10:46", false],
    ["5/20 * * * *", "2026-03-01T10:45", true],
    ["0 9-17 * * MON-FRI", "2026-03-02T09:00", true],
    ["0 9-17 * * MON-FRI", "2026-03-01T09:00", false],
    ["0 9-17/4 * * *", "2026-03-01T13:00", true],
    ["0 9-17/4 * * *", "2026-03-01T14:00", false],
    ["0 0 1,15 * *", "2026-03-15T00:00", true],
    ["0 0 1,15 * *", "2026-03-14T00:00", false],
    ["0 0 29 feb *", "2028-02-29T00:00", true],
    ["0 0 * JAN,jul *", "2026-07-04T00:00", true],
    // Sunday is 1, as Cloudflare counts.
    ["0 0 * * 1", "2026-03-01T00:00", true],
    ["0 0 * * 7", "2026-03-07T00:00", true],
    // Both days restricted: either will do.
    ["0 0 13 * FRI", "2026-03-13T00:00", true],
    ["0 0 13 * FRI", "2026-04-13T00:00", true],
    ["0 0 13 * FRI", "2026-03-20T00:00", true],
    ["0 0 13 * FRI", "2026-03-21T00:00", false],
  ])("%s at %s: %s", (expression, time, due) => {
    expect(isDue(parseCron(expression), at(time))).toBe(due);
  });

  test.each([
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "1-2-3 * * * *",
  ])("refuses %j", (expression) => {
    expect(() => parseCron(expression)).toThrow();
  });
});

describe("the clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: at("2026-03-01T10:14").getTime() + 30_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("fires at the full minutes that are meant, with the time that was meant", async () => {
    const fired: string[] = [];
    const cron = runCron(["*/15 * * * *", "* * * * *"], async (trigger, time) => {
      fired.push(`${trigger} ${time.toISOString().slice(11, 19)}`);
    });
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    await cron.stop();
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(fired).toEqual(["*/15 * * * * 10:15:00", "* * * * * 10:15:00", "* * * * * 10:16:00"]);
  });

  test("does not start a trigger that still runs, and waits for it at the end", async () => {
    let finish = () => {};
    let started = 0;
    const cron = runCron(["* * * * *"], () => {
      started++;
      return new Promise((done) => {
        finish = done;
      });
    });
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(started).toBe(1);
    let stopped = false;
    const stop = cron.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toBe(false);
    finish();
    await stop;
  });
});
