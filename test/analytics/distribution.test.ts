import { expect, test } from "vitest";
import { createAnalysed } from "./support";

test("choices come in the form's order, also those that nobody took, with the share of those who answered", async () => {
  const form = await createAnalysed();
  await form.accepted({ name: "a", department: "HR", tags: ["a", "b"], agree: true });
  await form.accepted({ name: "b", department: "HR", tags: ["b"], agree: false });
  await form.accepted({ name: "c", department: "IT" });
  await form.accepted({ name: "d" });
  await form.accepted({ name: "half", department: "IT" }, { body: { status: "partial" } });
  expect(await form.distribution("department")).toEqual({
    field: "department",
    type: "select",
    answered: 3,
    values: [
      { value: "IT", label: "IT", count: 1, share: 1 / 3 },
      { value: "HR", label: "HR", count: 2, share: 2 / 3 },
      { value: "Sales", label: "Sales", count: 0, share: 0 },
    ],
  });
  expect((await form.distribution("tags")).values.map(({ value, count, share }) => [value, count, share])).toEqual([
    ["a", 1, 0.5],
    ["b", 2, 1],
    ["c", 0, 0],
  ]);
  expect((await form.distribution("agree")).values.map(({ value, label, count }) => [value, label, count])).toEqual([
    [true, "Yes", 1],
    [false, "No", 1],
  ]);
});

test("numbers have their mean, median, quartiles and bars", async () => {
  const form = await createAnalysed();
  for (const score of [1, 2, 3, 4, 10]) await form.accepted({ name: "n", score, home: { rooms: score } });
  const score = await form.distribution("score");
  expect(score.standard_deviation).toBeCloseTo(3.5355, 4);
  expect(score).toMatchObject({ answered: 5, mean: 4, median: 3, min: 1, max: 10, quartiles: [2, 3, 4] });
  expect(score.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  expect(score.histogram[0]?.from).toBeLessThanOrEqual(1);
  expect(await form.distribution("home.rooms")).toMatchObject({ field: "home.rooms", answered: 5, mean: 4 });
  await form.accepted({ name: "n", score: 100 });
  expect(await form.distribution("score")).toMatchObject({ answered: 6, mean: 20, max: 100 });
});

test("a number that nobody has given says so", async () => {
  const form = await createAnalysed();
  expect(await form.distribution("score")).toEqual({
    field: "score",
    type: "number",
    answered: 0,
    values: [],
    mean: null,
    median: null,
    min: null,
    max: null,
    standard_deviation: null,
    quartiles: [],
    histogram: [],
  });
});

test("ratings are choices and numbers, and recommendations a score besides", async () => {
  const form = await createAnalysed();
  for (const [stars, likely] of [
    [5, 10],
    [4, 9],
    [4, 7],
    [1, 3],
  ])
    await form.accepted({ name: "n", stars, likely });
  const stars = await form.distribution("stars");
  expect(stars.values.map(({ value, count }) => [value, count])).toEqual([
    [1, 1],
    [2, 0],
    [3, 0],
    [4, 2],
    [5, 1],
  ]);
  expect(stars).toMatchObject({ answered: 4, mean: 3.5, median: 4, min: 1, max: 5 });
  const likely = await form.distribution("likely");
  expect(likely.values).toHaveLength(11);
  expect(likely.nps).toMatchObject({ score: 25, promoters: 2, passives: 1, detractors: 1 });
  expect(likely.nps.interval?.lower).toBeLessThan(25);
  expect(likely.nps.interval?.upper).toBe(100);
});

test("matrix by row, ranking by place, text by word", async () => {
  const form = await createAnalysed();
  await form.accepted({ name: "fast and friendly", service: { speed: "good", price: "bad" }, order: ["z", "x", "y"] });
  await form.accepted({ name: "Friendly, friendly!", service: { speed: "good" }, order: ["x", "z", "y"] });
  const { rows } = await form.distribution("service");
  expect(rows.map(({ row, answered, values }) => [row, answered, values.map(({ count }) => count)])).toEqual([
    ["speed", 2, [2, 0]],
    ["price", 1, [0, 1]],
  ]);
  expect((await form.distribution("order")).average_ranks).toEqual([
    { value: "z", average_rank: 1.5, places: [1, 1] },
    { value: "x", average_rank: 1.5, places: [1, 1] },
    { value: "y", average_rank: 3, places: [0, 0, 2] },
  ]);
  expect(rows.map((row) => row.mean_step)).toEqual([1, 2]);
  // "and" is a word of the language that these are in.
  expect(await form.distribution("name")).toMatchObject({
    words: [
      { word: "friendly", count: 2 },
      { word: "fast", count: 1 },
    ],
    texts_read: 2,
  });
  expect((await form.distribution("name", "?languages=none")).words).toHaveLength(3);
  expect((await form.distribution("name", "?languages=de,fr")).words).toHaveLength(3);
  expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/fields/name/distribution?languages=xx`)).status).toBe(422);
});

test("an option that was dropped keeps its answers and its label", async () => {
  const form = await createAnalysed();
  await form.accepted({ name: "a", department: "Sales" });
  const path = `/api/v1/forms/${form.formId}`;
  const fields = [
    { name: "name", type: "short_text", label: "Name" },
    { name: "department", type: "select", label: "Team", options: [{ value: "IT", label: "Computers" }] },
  ];
  expect((await form.call("PATCH", path, { schema: { fields } })).status).toBe(200);
  expect((await form.call("POST", `${path}/publish`)).status).toBe(200);
  expect((await form.distribution("department")).values.map(({ value, label, count }) => [value, label, count])).toEqual([
    ["IT", "Computers", 0],
    ["HR", "HR", 0],
    ["Sales", "Sales", 1],
  ]);
  expect((await form.distribution("score")).answered).toBe(0);
});

test("fields that are not there, or hold nothing, are not found", async () => {
  const form = await createAnalysed();
  for (const name of ["nope", "title", "home", "__proto__", "name.length"]) {
    expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/fields/${name}/distribution`)).status, name).toBe(404);
  }
});
