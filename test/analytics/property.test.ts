// Whatever happens to the responses of a form, in whatever order: its numbers are what a plain count over them says, now and as
// of every moment that was looked at on the way.
import fc from "fast-check";
import { expect, test } from "vitest";
import { summariseNumbers } from "../../src/analytics/distribution/numbers";
import { type AnalysedWorld, createAnalysed, type DistributionView, type MetricsView } from "./support";

interface Known {
  id: string;
  status: string;
  submittedAt: string;
  deleted: boolean;
  data: Record<string, unknown>;
}

const answers = fc.record({
  name: fc.constantFrom("Ada", "Grace Hopper", "Edsger"),
  department: fc.option(fc.constantFrom("IT", "HR"), { nil: undefined }),
  tags: fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }), { nil: undefined }),
  score: fc.option(fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constantFrom(0.1, 0.2, 2.5)), { nil: undefined }),
  agree: fc.option(fc.boolean(), { nil: undefined }),
  likely: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
  service: fc.option(fc.constantFrom({ speed: "good" }, { speed: "bad", price: "good" }), { nil: undefined }),
  home: fc.option(fc.constantFrom({ rooms: 2 }, { rooms: 3 }), { nil: undefined }),
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("accept" as const), data: answers, partial: fc.boolean(), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), data: answers, at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look" as const), at: fc.nat() }) },
);

const CHOICES = ["department", "tags", "agree", "likely"];
const NUMBERS = ["score", "likely", "home.rooms"];

test("metrics, series and distributions are a plain count over what there is, now and as of then", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), fc.constantFrom(1, 3), async (steps, shards) => {
      const form = await createAnalysed(undefined, { shards });
      const known: Known[] = [];
      const looks: Look[] = [];
      for (const { at, ...what } of steps) {
        if (what.do === "look") looks.push(await look(form, known));
        else if (what.do === "accept") known.push(await accept(form, JSON.parse(JSON.stringify(what.data)), what.partial));
        else await change(form, known[at % Math.max(1, known.length)], what);
      }
      looks.push(await look(form, known));
      for (const seen of looks) await expectSameAgain(form, seen);
    }),
    { numRuns: 8 },
  );
});

async function accept(form: AnalysedWorld, data: Record<string, unknown>, partial: boolean): Promise<Known> {
  const receipt = await form.accepted(data, { body: { status: partial ? "partial" : "complete" } });
  return { id: receipt.id, status: receipt.status, submittedAt: receipt.submitted_at, deleted: false, data: receipt.data };
}

async function change(
  form: AnalysedWorld,
  one: Known | undefined,
  what: { do: "edit"; data: object } | { do: "delete" } | { do: "restore" },
) {
  if (one === undefined) return;
  if (what.do === "delete") {
    await form.remove(one.id);
    one.deleted = true;
  } else if (what.do === "restore") {
    expect((await form.restore(one.id)).status).toBe(200);
    one.deleted = false;
  } else if (!one.deleted) {
    const reply = await form.edit(one.id, JSON.parse(JSON.stringify(what.data)));
    expect(reply.status).toBe(200);
    one.data = (await reply.json<{ data: Record<string, unknown> }>()).data;
  }
}

interface Look {
  metrics: MetricsView;
  distributions: Record<string, DistributionView>;
  list: unknown;
}

async function look(form: AnalysedWorld, known: readonly Known[]): Promise<Look> {
  const there = known.filter(({ deleted }) => !deleted);
  const complete = there.filter(({ status }) => status === "complete");
  const metrics = await form.metrics();
  expect(metrics).toMatchObject({
    total_responses: complete.length,
    today_submissions: complete.length,
    partials: there.length - complete.length,
    starts: there.length,
    completion_rate: there.length === 0 ? 0 : complete.length / there.length,
    last_submitted_at:
      complete
        .map(({ submittedAt }) => submittedAt)
        .sort()
        .at(-1) ?? null,
  });
  const series = await form.series(`?granularity=hour&timezone=Asia/Kathmandu&start_date=${weekAgo()}&end_date=${tomorrow()}`);
  expect(series.total).toBe(complete.length);
  expect(series.points.reduce((sum, { count }) => sum + count, 0)).toBe(complete.length);

  const distributions: Record<string, DistributionView> = {};
  for (const field of new Set([...CHOICES, ...NUMBERS, "service", "name"])) distributions[field] = await form.distribution(field);
  for (const field of CHOICES) {
    const given = complete.map(({ data }) => data[field]).filter((value) => value !== undefined);
    expect(distributions[field]?.answered).toBe(given.length);
    for (const { value, count, share } of distributions[field]?.values ?? []) {
      const expected = given.filter((answer) => (Array.isArray(answer) ? answer.includes(value) : answer === value)).length;
      expect({ field, value, count, share }).toEqual({
        field,
        value,
        count: expected,
        share: given.length > 0 ? expected / given.length : 0,
      });
    }
  }
  for (const field of NUMBERS)
    expectNumbers(
      distributions[field],
      complete.map(({ data }) => at(data, field)).filter((n) => typeof n === "number"),
    );
  const rows = complete.map(({ data }) => data.service as Record<string, string> | undefined);
  for (const { row, answered, values } of distributions.service?.rows ?? []) {
    expect(answered).toBe(rows.filter((given) => given?.[row] !== undefined).length);
    for (const { value, count } of values) expect(count).toBe(rows.filter((given) => given?.[row] === value).length);
  }
  expect(distributions.name?.words.find(({ word }) => word === "hopper")?.count ?? 0).toBe(
    complete.filter(({ data }) => data.name === "Grace Hopper").length,
  );
  return { metrics, distributions, list: (await form.list()).responses };
}

/** Written another way than the product does it: over the sorted list of all numbers. */
function expectNumbers(seen: DistributionView | undefined, numbers: readonly number[]): void {
  const sorted = [...numbers].sort((a, b) => a - b);
  expect(seen?.answered).toBe(sorted.length);
  if (seen === undefined || sorted.length === 0) return;
  const quantile = (q: number) => {
    const place = q * (sorted.length - 1);
    const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place % 1);
  };
  expect([seen.min, seen.max]).toEqual([sorted[0], sorted.at(-1)]);
  expect(seen.mean).toBeCloseTo(sorted.reduce((sum, n) => sum + n, 0) / sorted.length);
  expect(seen.median).toBeCloseTo(quantile(0.5));
  for (const [i, q] of [0.25, 0.5, 0.75].entries()) expect(seen.quartiles[i]).toBeCloseTo(quantile(q));
  for (const [i, { from, to, count }] of seen.histogram.entries()) {
    const last = i === seen.histogram.length - 1;
    expect(count).toBe(sorted.filter((n) => n >= from && (n < to || (last && n <= to))).length);
  }
  expect(seen.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(sorted.length);
}

async function expectSameAgain(form: AnalysedWorld, seen: Look): Promise<void> {
  const query = `?as_of_seq=${seen.metrics.position}`;
  const { as_of: _, ...numbers } = seen.metrics;
  const { as_of: __, ...again } = await form.metrics(query);
  // Ledgers that have taken nothing yet cannot be told from those that have not been made.
  expect(again).toEqual(numbers);
  for (const [field, distribution] of Object.entries(seen.distributions))
    expect(await form.distribution(field, query)).toEqual(distribution);
  const { responses } = await form.list(query);
  expect(responses).toEqual(seen.list);
}

function at(data: Record<string, unknown>, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], data);
}

const DAY = 86_400_000;
const tomorrow = () => new Date(Date.now() + DAY).toISOString().slice(0, 10);
const weekAgo = () => new Date(Date.now() - 7 * DAY).toISOString().slice(0, 10);

test("numbers of one value, of large and of tiny ones have a histogram that counts each once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), fc.integer()), { minLength: 1 }),
      (all) => {
        const counts = [...new Set(all.map((n) => n + 0))]
          .sort((a, b) => a - b)
          .map((n) => [n, all.filter((m) => m === n).length] as const);
        const summary = summariseNumbers(counts);
        expect(summary?.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        expect(summary?.histogram.length).toBeLessThanOrEqual(45);
      },
    ),
  );
});
