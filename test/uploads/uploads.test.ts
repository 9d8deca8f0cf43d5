import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { fileWorld, PDF, PNG, problemOf, type Receipt } from "./support";

const world = await fileWorld();

describe("the way of a file", () => {
  test("uploaded by a stranger, submitted, read and downloaded by the workspace", async () => {
    const receipt = await world.uploaded();
    expect(receipt).toMatchObject({
      field: "cv",
      name: "cv.pdf",
      type: "application/pdf",
      size: PDF.length,
      status: "complete",
      scan: "none",
    });
    const submitted = await world.submit({ name: "Ada", cv: [receipt.id] });
    expect(submitted.status, await submitted.clone().text()).toBe(201);
    const { id: responseId } = (await submitted.json()) as { id: string };

    await vi.waitFor(async () => {
      const known = await (await world.call("GET", `/api/v1/uploads/${receipt.id}`)).json();
      expect(known).toMatchObject({ id: receipt.id, response_id: responseId, created_by: "respondent", expires_at: null });
    });
    const content = await world.call("GET", `/api/v1/uploads/${receipt.id}/content`);
    expect(await content.text()).toBe(PDF);
    expect(Object.fromEntries(content.headers)).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": `attachment; filename="cv.pdf"; filename*=UTF-8''cv.pdf`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-length": String(PDF.length),
    });
    const listed = await world.call("GET", `/api/v1/uploads?form_id=${world.formId}&response_id=${responseId}`);
    expect(((await listed.json()) as { uploads: Receipt[] }).uploads.map(({ id }) => id)).toEqual([receipt.id]);
  });

  test("a part of it, for players and for downloads that go on", async () => {
    const { id } = await world.uploaded();
    const part = await world.call("GET", `/api/v1/uploads/${id}/content`, undefined, { headers: { Range: "bytes=1-3" } });
    expect([part.status, await part.text(), part.headers.get("Content-Range")]).toEqual([206, "PDF", `bytes 1-3/${PDF.length}`]);
  });
});
