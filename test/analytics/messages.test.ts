import { expect, test } from "vitest";
import { changesOf, MAX_FRAME_BYTES, responseFrame } from "../../src/analytics";
import type { StoredEntry } from "../../src/responses";

function entry(over: Partial<StoredEntry>): StoredEntry {
  return {
    seq: 1,
    kind: "accept",
    responseId: "rsp_1",
    rowSeq: 1,
    formVersion: 1,
    status: "complete",
    at: 0,
    submittedAt: 0,
    startedAt: null,
    durationMs: null,
    dataHash: "",
    salt: null,
    meta: null,
    audit: null,
    startAt: null,
    take: null,
    add: null,
    bytes: 20,
    correlationId: "",
    hash: "",
    data: '{"name":"Ada"}',
    ...over,
  };
}

test("one change stands alone, several come as a batch that ends with the newest", () => {
  const items = changesOf("frm_1", 2, [entry({}), entry({ seq: 2, responseId: "rsp_2" })], MAX_FRAME_BYTES);
  expect(responseFrame([])).toBeNull();
  expect(responseFrame(items.slice(0, 1))).toEqual({ type: "response", ...items[0] });
  expect(responseFrame(items)).toEqual({ type: "response", seq: 2, position: "2:2", data: items[1]?.data, batch: items });
});

test("answers that make a frame too large are left out of it, and it says so", () => {
  const many = Array.from({ length: 3 }, (_, i) => entry({ seq: i + 1 }));
  expect(changesOf("frm_1", 0, many, 60).map(({ data }) => data.data)).toEqual(Array(3).fill({ name: "Ada" }));
  for (const { data } of changesOf("frm_1", 0, many, 59)) expect(data).toMatchObject({ data: null, answers_left_out: true });
  const [huge, small] = changesOf("frm_1", 0, [entry({ bytes: 20_000 }), entry({ seq: 2 })], MAX_FRAME_BYTES);
  expect(huge?.data).toMatchObject({ data: null, answers_left_out: true });
  expect(small?.data.answers_left_out).toBeUndefined();
});
