/** At most `most` at a time. After a failure nothing new is begun, and it is told when all that was begun has come to its end. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  let failed = false;
  const lane = async () => {
    for (const [at, item] of left) {
      if (failed) return;
      try {
        results[at] = await work(item, at);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, lane));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  return results;
}
