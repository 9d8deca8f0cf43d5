import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { GAUGE_LIFE_MS, MAX_SERIES, Totals } from "../../durable-objects/metrics-hub/totals";
import type { MetricDelta } from "../../src/shared/metrics";

const counted = (value: number, label = "a"): MetricDelta => ({
  name: "c_total",
  type: "counter",
  help: "Things.",
  labelNames: ["kind"],
  series: [{ labels: [label], value }],
});

const timed = (counts: number[], bounds = [1, 2]): MetricDelta => ({
  name: "h",
  type: "histogram",
  help: "Times.",
  labelNames: [],
  bounds,
  series: [{ labels: [], value: 1, counts }],
});

describe("the hub", () => {
  test("adds up what isolates say, and has it after a restart", async () => {
    const hub = env.METRICS.getByName(`hub-${crypto.randomUUID()}`);
    await hub.add([counted(2), timed([1, 0, 0])]);
    await hub.add([counted(3), timed([0, 0, 4])]);
    const shown = await hub.read();
    expect(shown.map(({ name, series }) => [name, series[0]?.value, series[0]?.counts])).toEqual([
      ["c_total", 5, undefined],
      ["h", 2, [1, 0, 4]],
    ]);
    await evictDurableObject(hub);
    expect(await hub.read()).toEqual(shown);
  });

  test("writes by itself what nobody has asked for", async () => {
    const hub = env.METRICS.getByName(`hub-${crypto.randomUUID()}`);
    const rows = () => runInDurableObject(hub, (_, state) => state.storage.sql.exec("SELECT name FROM metrics").toArray());
    await hub.add([counted(2)]);
    expect(await rows()).toEqual([]);
    expect(await runDurableObjectAlarm(hub)).toBe(true);
    expect(await rows()).toEqual([{ name: "c_total" }]);
    await hub.add([counted(1)]);
    expect(await runDurableObjectAlarm(hub)).toBe(true);
    await evictDurableObject(hub);
    expect((await hub.read())[0]?.series[0]?.value).toBe(3);
  });
});

describe("totals", () => {
  test("are bounded: past the limit new labels are added up together", () => {
    const totals = new Totals();
    for (let i = 0; i < MAX_SERIES + 10; i++) totals.add([counted(1, `label ${i}`)], 0);
    const series = totals.all(0)[0]?.series ?? [];
    expect(series).toHaveLength(MAX_SERIES + 1);
    expect(series.find(({ labels }) => labels[0] === "other")?.value).toBe(10);
  });

  test("forget a gauge that nobody sets any more, and never a counter", () => {
    const totals = new Totals();
    totals.add([counted(1), { ...counted(9), name: "g", type: "gauge" }], 0);
    expect(totals.all(GAUGE_LIFE_MS - 1).map(({ name }) => name)).toEqual(["c_total", "g"]);
    expect(totals.all(GAUGE_LIFE_MS).map(({ name }) => name)).toEqual(["c_total"]);
  });

  test("start a metric anew when a build counts it in another shape", () => {
    const totals = new Totals();
    totals.add([timed([1, 1, 1])], 0);
    totals.add([timed([0, 5], [1])], 0);
    expect(totals.all(0)[0]?.series).toEqual([{ labels: [], value: 1, counts: [0, 5], at: 0 }]);
  });
});
