import { expect, test } from "vitest";
import { inParallel } from "../../src/shared/in-parallel";

/** Work that ends when it is told to. */
function bench() {
  const begun: string[] = [];
  const ends = new Map<string, { well(): void; badly(): void }>();
  const work = (item: string) =>
    new Promise<string>((resolve, reject) => {
      begun.push(item);
      ends.set(item, { well: () => resolve(item.toUpperCase()), badly: () => reject(new Error(`no ${item}`)) });
    });
  const end = async (item: string, how: "well" | "badly" = "well") => {
    ends.get(item)?.[how]();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { begun, work, end };
}

test("never more at a time than allowed, and the results in the order of the items", async () => {
  const { begun, work, end } = bench();
  const all = inParallel(["a", "b", "c"], 2, work);
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(begun).toEqual(["a", "b", "c"]);
  await end("c");
  await end("a");
  expect(await all).toEqual(["A", "B", "C"]);
});

test("after a failure nothing new is begun, and it is told when the rest has ended", async () => {
  const { begun, work, end } = bench();
  let told: string | null = null;
  const all = inParallel(["a", "b", "c"], 2, work).catch((error: Error) => {
    told = error.message;
  });
  await end("a", "badly");
  expect(told).toBeNull();
  await end("b");
  await all;
  expect(told).toBe("no a");
  expect(begun).toEqual(["a", "b"]);
});

test("nothing to do is done", async () => {
  expect(await inParallel([], 3, () => Promise.reject(new Error("never")))).toEqual([]);
});
