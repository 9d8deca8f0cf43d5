// A large file in parts: out of order, twice, missing, taken back, left behind.
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { expireUploads } from "../../src/uploads";
import { testContext } from "../support/context";
import { fileWorld, problemOf, type Receipt } from "./support";

const world = await fileWorld();
const path = `/api/v1/forms/${world.formId}/uploads`;
const PART = 8 * 1024 * 1024;
const SIZE = PART + 1_000;

interface State extends Receipt {
  part_size: number;
  part_count: number;
  parts: { part: number; size: number }[];
}

/** Every byte tells its place, so that parts in the wrong order would show. */
function partBytes(part: number, start = "%PDF-1.7\n"): Uint8Array {
  const bytes = new Uint8Array(part === 1 ? PART : SIZE - PART).fill(part);
  if (part === 1) bytes.set(new TextEncoder().encode(start));
  return bytes;
}

async function begun(body: Record<string, unknown> = {}): Promise<State> {
  const file = { field: "cv", name: "cv.pdf", type: "application/pdf", size: SIZE, ...body };
  const reply = await world.call("POST", `/api/v1/forms/${world.formId}/resumable-uploads`, file, { key: null });
  expect(reply.status, await reply.clone().text()).toBe(201);
  return reply.json();
}

const put = (id: string, part: number, bytes = partBytes(part)) =>
  world.call("PUT", `${path}/${id}/parts/${part}`, bytes, { key: null, headers: { "Content-Type": "" } });
const complete = (id: string) => world.call("POST", `${path}/${id}/complete`, undefined, { key: null });
const state = async (id: string) => (await world.call("GET", `${path}/${id}`, undefined, { key: null })).json() as Promise<State>;
const multipartOf = async (id: string) => {
  const row = await env.DB.prepare("SELECT file_key, multipart_id FROM uploads WHERE id = ?1")
    .bind(id)
    .first<{ file_key: string; multipart_id: string }>();
  if (row === null) throw new Error("No such upload");
  return { row, upload: env.FILES.resumeMultipartUpload(row.file_key, row.multipart_id) };
};

describe("in parts", () => {
  test("in any order and twice, told what is there, put together once or twice, and every byte in its place", async () => {
    const { id, part_size, part_count, parts } = await begun();
    expect({ part_size, part_count, parts }).toEqual({ part_size: PART, part_count: 2, parts: [] });
    expect((await put(id, 2)).status).toBe(200);
    expect((await state(id)).parts).toEqual([{ part: 2, size: 1_000 }]);
    expect(await problemOf(await complete(id))).toMatchObject({ status: 422, errors: ["missing_part parts.1"] });
    expect((await put(id, 1, partBytes(1, "%PDF-1.3\n"))).status).toBe(200);
    expect((await put(id, 1)).status).toBe(200);
    expect((await put(id, 2)).status).toBe(200);

    const done = await Promise.all([complete(id), complete(id)]);
    expect(done.map(({ status }) => status)).toContain(200);
    expect(await (await complete(id)).json()).toMatchObject({ id, status: "complete", size: SIZE, type: "application/pdf" });
    expect((await put(id, 1)).status).toBe(409);
    expect((await world.submit({ cv: [id] })).status).toBe(201);

    const content = new Uint8Array(await (await world.call("GET", `/api/v1/uploads/${id}/content`)).arrayBuffer());
    const whole = new Uint8Array([...partBytes(1), ...partBytes(2)]);
    expect(content.length).toBe(SIZE);
    expect(content.every((byte, i) => byte === whole[i])).toBe(true);
    // To strangers it is gone, though its id now stands in many places.
    expect((await world.call("GET", `${path}/${id}`, undefined, { key: null })).status).toBe(404);
    expect((await world.call("DELETE", `${path}/${id}`, undefined, { key: null })).status).toBe(404);
  });

  test("a part of the wrong length or number, and a first part that is not what the file says it is", async () => {
    const { id } = await begun();
    expect(await problemOf(await put(id, 2, new Uint8Array(999)))).toMatchObject({ status: 422, errors: ["wrong_part part"] });
    expect(await problemOf(await put(id, 3, new Uint8Array(1)))).toMatchObject({ status: 422, errors: ["wrong_part part"] });
    expect(await problemOf(await put(id, 1, partBytes(1, "<html>")))).toMatchObject({ status: 422, errors: ["lying_type cv"] });
    expect((await state(id)).parts).toEqual([]);
    expect((await world.call("PUT", `${path}/${id}/parts/0`, new Uint8Array(1), { key: null })).status).toBe(422);
  });

  test("put together, but nobody was told: said again, it is complete", async () => {
    const { id } = await begun();
    await put(id, 1);
    await put(id, 2);
    const { results } = await env.DB.prepare("SELECT part AS partNumber, etag FROM upload_parts WHERE upload_id = ?1 ORDER BY part")
      .bind(id)
      .all();
    await (await multipartOf(id)).upload.complete(results as unknown as R2UploadedPart[]);
    expect(await (await complete(id)).json()).toMatchObject({ status: "complete", size: SIZE });
  });

  test("larger than the question takes is said before anything is sent", async () => {
    const reply = await world.call(
      "POST",
      `/api/v1/forms/${world.formId}/resumable-uploads`,
      { field: "cv", name: "cv.pdf", size: 20_000_001 },
      { key: null },
    );
    expect(await problemOf(reply)).toMatchObject({ status: 422, errors: ["file_too_large cv"] });
  });

  test("nothing is left of what is taken back, and of what is left behind nothing after a day", async () => {
    const [taken, left, submitted] = [await begun(), await begun(), await world.uploaded()];
    await put(taken.id, 1);
    await put(left.id, 1);
    expect((await world.submit({ cv: [submitted.id] })).status).toBe(201);
    const [one, two] = [await multipartOf(taken.id), await multipartOf(left.id)];
    expect((await world.call("DELETE", `${path}/${taken.id}`, undefined, { key: null })).status).toBe(204);
    await expect(one.upload.uploadPart(2, partBytes(2))).rejects.toThrow();
    expect((await world.call("GET", `${path}/${taken.id}`, undefined, { key: null })).status).toBe(404);

    const later = testContext({ now: () => Date.now() + 25 * 3_600_000 });
    await expireUploads(later);
    await expect(two.upload.uploadPart(2, partBytes(2))).rejects.toThrow();
    const { results } = await env.DB.prepare(
      "SELECT id FROM uploads WHERE id IN (?1, ?2, ?3) UNION ALL SELECT upload_id FROM upload_parts WHERE upload_id IN (?1, ?2)",
    )
      .bind(taken.id, left.id, submitted.id)
      .all();
    expect(results).toEqual([{ id: submitted.id }]);
    expect((await world.call("GET", `/api/v1/uploads/${submitted.id}/content`)).status).toBe(200);
  });
});
