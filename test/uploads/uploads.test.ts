import Papa from "papaparse";
import { describe, expect, test, vi } from "vitest";
import { exported } from "../reports/support";
import { fileWorld, PDF, PNG, type Receipt, textOf } from "./support";

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
    expect(await textOf(content)).toBe(PDF);
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
    expect([part.status, await textOf(part), part.headers.get("Content-Range")]).toEqual([206, "PDF", `bytes 1-3/${PDF.length}`]);
  });
});

describe("in exports", () => {
  test("a CSV has the name and a link that can be fetched without a key; JSON says it beside the answers", async () => {
    const own = await fileWorld();
    const [cv, signed, photo] = [
      await own.uploaded({ name: "=cv;1.pdf" }),
      await own.uploaded({ bytes: PNG, name: "s.png", type: "image/png", field: "signed" }),
      await own.uploaded({ bytes: PNG, name: "ada.png", type: "image/png", field: "people.0.photo" }),
    ];
    const data = { name: "Ada", cv: [cv.id], signed: signed.id, people: [{ photo: [photo.id] }] };
    expect((await own.submit(data)).status).toBe(201);
    const { file } = await exported(own, { form_id: own.formId, format: "csv" });
    const text = await file.text();
    const cells =
      Papa.parse<string[]>(text)
        .data[1]?.slice(4)
        .filter((cell) => cell !== "") ?? [];
    const links = cells.map((cell) => /^(.*) (http:\/\/.*)$/.exec(cell)?.slice(1) ?? []);
    expect(links.map(([name]) => name)).toEqual(["'=cv;1.pdf", "s.png", "ada.png"]);
    const url = new URL(links[0]?.[1] ?? "");
    expect(url.pathname).toBe(`/u/${cv.id}`);
    const fetched = await own.call("GET", `${url.pathname}${url.search}`, undefined, { key: null });
    expect([fetched.status, await textOf(fetched)]).toEqual([200, PDF]);

    const json = (await (await exported(own, { form_id: own.formId, format: "json" })).file.json()) as {
      responses: { data: unknown; files: { id: string; name: string; url: string }[] }[];
    };
    expect(json.responses[0]?.data).toEqual(data);
    expect(json.responses[0]?.files.map(({ id, name }) => [id, name])).toEqual([
      [cv.id, "=cv;1.pdf"],
      [signed.id, "s.png"],
      [photo.id, "ada.png"],
    ]);
    const preview = await own.call("POST", "/api/v2/reports/exports/preview", { form_id: own.formId, fields: ["cv"] });
    expect(((await preview.json()) as { rows: unknown[] }).rows).toEqual([
      { cv: [expect.objectContaining({ id: cv.id, name: "=cv;1.pdf" })] },
    ]);
  });
});
