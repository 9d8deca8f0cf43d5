import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { counter, gauge, histogram, MAX_SERIES_PER_METRIC, type MetricDelta, Registry } from "../../src/shared/metrics";
import { renderMetrics } from "../../src/shared/metrics-text";
import { parseExposition } from "../support/exposition";

function fresh() {
  const registry = new Registry();
  return {
    registry,
    count: counter("c_total", "Things.", ["kind"], registry),
    level: gauge("g", "A level.", [], registry),
    time: histogram("h_seconds", "Times.", ["kind"], [0.1, 1], registry),
  };
}

describe("the registry", () => {
  test("gives only what was added since it was asked last", () => {
    const { registry, count, level, time } = fresh();
    count.add(2, "a");
    count.add(3, "a");
    level.set(7);
    time.observe(0.1, "a");
    time.observe(5, "a");
    expect(registry.takeDelta().map(({ name, series }) => [name, series])).toEqual([
      ["c_total", [{ labels: ["a"], value: 5 }]],
      ["g", [{ labels: [], value: 7 }]],
      ["h_seconds", [{ labels: ["a"], value: 5.1, counts: [1, 0, 1] }]],
    ]);
    expect(registry.takeDelta()).toEqual([]);
  });

  test("puts back what could not be told, beside what came since; a newer gauge stays", () => {
    const { registry, count, level, time } = fresh();
    count.add(2, "a");
    level.set(1);
    time.observe(0.5, "a");
    const lost = registry.takeDelta();
    count.add(1, "a");
    level.set(2);
    time.observe(0.5, "a");
    registry.putBack(lost);
    const values = Object.fromEntries(registry.takeDelta().map(({ name, series }) => [name, series[0]]));
    expect(values.c_total?.value).toBe(3);
    expect(values.g?.value).toBe(2);
    expect(values.h_seconds).toMatchObject({ value: 1, counts: [0, 2, 0] });
  });

  test("is bounded: past the limit new labels are counted together", () => {
    const { registry, count } = fresh();
    for (let i = 0; i < MAX_SERIES_PER_METRIC + 50; i++) count.add(1, `label ${i}`);
    const series = registry.takeDelta()[0]?.series ?? [];
    expect(series).toHaveLength(MAX_SERIES_PER_METRIC + 1);
    expect(series.find(({ labels }) => labels[0] === "other")?.value).toBe(50);
  });

  test("refuses two metrics of one name", () => {
    const { registry } = fresh();
    expect(() => counter("c_total", "Again.", [], registry)).toThrow("defined twice");
  });
});

describe("the text format", () => {
  test("is exactly this", () => {
    const { registry, count, time } = fresh();
    count.add(1, 'a "b" \\ \n c');
    time.observe(0.05, "x");
    time.observe(0.5, "x");
    time.observe(99, "x");
    expect(renderMetrics(registry.takeDelta())).toBe(`# HELP c_total Things.
# TYPE c_total counter
c_total{kind="a \\"b\\" \\\\ \\n c"} 1
# HELP h_seconds Times.
# TYPE h_seconds histogram
h_seconds_bucket{kind="x",le="0.1"} 1
h_seconds_bucket{kind="x",le="1"} 2
h_seconds_bucket{kind="x",le="+Inf"} 3
h_seconds_sum{kind="x"} 99.55
h_seconds_count{kind="x"} 3
`);
  });

  test("any labels, help and values come back from a parser as they were", () => {
    const metric = fc.record({
      help: fc.string(),
      labels: fc.array(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 2 }),
      value: fc.double(),
    });
    fc.assert(
      fc.property(metric, ({ help, labels, value }) => {
        const delta: MetricDelta = { name: "m", type: "gauge", help, labelNames: ["one", "two"], series: [{ labels, value }] };
        const [family] = parseExposition(renderMetrics([delta]));
        expect(family?.help).toBe(help);
        expect(family?.samples).toEqual([{ name: "m", labels: { one: labels[0], two: labels[1] }, value: value + 0 }]);
      }),
    );
  });
});
