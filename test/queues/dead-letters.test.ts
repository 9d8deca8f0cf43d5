import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { consume } from "../../queues";

afterEach(() => vi.restoreAllMocks());

test("a message given up is told in the log under its correlation id, and leaves the queue", async () => {
  const spoken: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void spoken.push(line));
  const batch = createMessageBatch<unknown>("headwater-dead-letters", [
    { id: "m1", timestamp: new Date(), attempts: 1, body: { mail_id: "mail_1", correlation_id: "req_of_the_caller" } },
    { id: "m2", timestamp: new Date(), attempts: 1, body: "not even an object" },
  ]);
  const execution = createExecutionContext();
  await consume(batch, env, execution);
  const result = await getQueueResult(batch, execution);
  expect(result.explicitAcks).toEqual(["m1", "m2"]);
  expect(spoken.map((line) => JSON.parse(line).correlation_id)).toEqual(["req_of_the_caller", "m2"]);
});

test("a queue nobody knows keeps its messages", async () => {
  const batch = createMessageBatch("headwater-unheard-of", [{ id: "m1", timestamp: new Date(), attempts: 1, body: {} }]);
  await expect(consume(batch, env, createExecutionContext())).rejects.toThrow(/headwater-unheard-of/);
});
