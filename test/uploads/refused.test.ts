// What is not taken: lies, what is too large, what belongs elsewhere, and answers that name it.
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { createWorld } from "../support/world";
import { type FileWorld, fileWorld, PDF, PNG, problemOf } from "./support";

const world = await fileWorld();
const HTML = "<!doctype html><script>alert(1)</script>";
const kept = async ({ workspaceId }: FileWorld) => ({
  objects: (await env.FILES.list({ prefix: `uploads/${workspaceId}/` })).objects.length,
  rows: (await env.DB.prepare("SELECT count(*) AS n FROM uploads WHERE workspace_id = ?1").bind(workspaceId).first<{ n: number }>())?.n,
});

describe("the file itself", () => {
  test.each([
    ["says image and is a page", { bytes: HTML, name: "cat.png", type: "image/png", field: "cv" }, "lying_type cv"],
    ["is called a picture and is a page", { bytes: HTML, name: "cat.png", type: "application/octet-stream", field: "cv" }, "lying_type cv"],
    ["says PDF and is a program", { bytes: "MZ\x90\0\x03", name: "cv.pdf", type: "application/pdf", field: "cv" }, "lying_type cv"],
    ["is a picture called a page", { bytes: PNG, name: "page.html", type: "image/png", field: "anything" }, "lying_type anything"],
    ["is of a kind the question does not take", { bytes: HTML, name: "a.html", type: "text/html", field: "cv" }, "file_type cv"],
    ["is no picture for a signature", { bytes: PDF, name: "s.pdf", type: "application/pdf", field: "signed" }, "file_type signed"],
    ["is empty", { bytes: "", name: "cv.pdf", type: "application/pdf", field: "cv" }, "empty cv"],
    [
      "is larger than the question takes",
      { bytes: PNG.toString().repeat(99), name: "a.txt", type: "", field: "people.photo" },
      "file_too_large people.photo",
    ],
    ["answers a question that takes none", { bytes: PDF, name: "cv.pdf", type: "application/pdf", field: "name" }, "unknown_field field"],
    ["answers no question", { bytes: PDF, name: "cv.pdf", type: "application/pdf", field: "__proto__" }, "unknown_field field"],
  ])("%s", async (_, file, error) => {
    const before = await kept(world);
    const reply = await world.upload(file);
    expect(await problemOf(reply)).toMatchObject({ status: 422, errors: [error] });
    expect(await kept(world)).toEqual(before);
  });

  test("more than one request may carry, before anything of it is read", async () => {
    const path = `/api/v1/forms/${world.formId}/uploads?field=anything&name=a.bin`;
    const reply = await world.call("POST", path, new Uint8Array(64 * 1024 * 1024 + 1), { key: null, headers: { "Content-Type": "" } });
    expect(reply.status).toBe(413);
  });

  test("a page and a drawing are taken where anything is, and never shown", async () => {
    const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    for (const [bytes, name, type] of [
      [HTML, "a.html", "text/html"],
      [svg, "a.svg", "image/svg+xml"],
    ] as const) {
      const { id } = await world.uploaded({ bytes, name, type, field: "anything" });
      const shown = await world.call("GET", `/api/v1/uploads/${id}/content?inline=true`);
      expect(shown.headers.get("Content-Disposition")).toMatch(/^attachment; /);
      expect(shown.headers.get("Content-Type")).toBe("application/octet-stream");
    }
    const { id } = await world.uploaded({ bytes: PNG, name: "a.png", type: "image/png", field: "anything" });
    expect((await world.call("GET", `/api/v1/uploads/${id}/content?inline=true`)).headers.get("Content-Disposition")).toMatch(/^inline; /);
  });

  test("a name is only a name", async () => {
    expect((await world.uploaded({ name: "..\\..//etc/\u202Ecod.pdf" })).name).toBe("cod.pdf");
    expect((await world.uploaded({ name: "\r\nSet-Cookie: a.pdf" })).name).toBe("Set-Cookie a.pdf");
    expect((await world.uploaded({ name: `${"ä".repeat(400)}.pdf` })).name).toMatch(/^ä{196}\.pdf$/);
    const { id } = await world.uploaded({ name: 'Lebens"lauf ✓.pdf' });
    const { headers } = await world.call("GET", `/api/v1/uploads/${id}/content`);
    expect(headers.get("Content-Disposition")).toBe(
      "attachment; filename=\"Lebenslauf _.pdf\"; filename*=UTF-8''Lebenslauf%20%E2%9C%93.pdf",
    );
  });
});

describe("the doors of the form", () => {
  test("a draft, a closed form, a foreign site, a key of another workspace or without the scope", async () => {
    const own = await fileWorld({ allowed_origins: ["https://friend.test"] });
    const file = { bytes: PDF, name: "cv.pdf", type: "application/pdf", field: "cv" };
    expect((await own.upload(file)).status).toBe(403);
    expect((await own.upload(file, { headers: { Origin: "https://friend.test" } })).status).toBe(201);
    expect((await own.upload(file, { key: await own.makeKey(["submit"]) })).status).toBe(201);
    expect((await own.upload(file, { key: await own.makeKey(["read"]) })).status).toBe(403);
    expect((await own.upload(file, { key: await (await createWorld()).makeKey(["submit"]) })).status).toBe(404);
    await own.call("POST", `/api/v1/forms/${own.formId}/close`);
    expect((await own.upload(file, { headers: { Origin: "https://friend.test" } })).status).toBe(410);
    // Who edits its responses may still add a file to one.
    expect((await own.upload(file, { key: await own.makeKey(["write"]) })).status).toBe(201);
  });

  test("any page may send parts, take back and look, as it may submit", async () => {
    for (const path of ["uploads", "resumable-uploads", "uploads/upl_1", "uploads/upl_1/parts/1", "uploads/upl_1/complete"]) {
      const url = `/api/v1/forms/${world.formId}/${path}`;
      const headers = { Origin: "https://elsewhere.test", "Access-Control-Request-Method": "PUT" };
      const reply = await world.call("OPTIONS", url, undefined, { key: null, headers });
      expect([reply.status, reply.headers.get("Access-Control-Allow-Origin")]).toEqual([204, "*"]);
      expect(reply.headers.get("Access-Control-Allow-Methods")).toContain("PUT,DELETE");
    }
    const reply = await world.call("GET", "/api/v1/uploads/upl_1", undefined, { headers: { Origin: "https://elsewhere.test" } });
    expect(reply.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  test("a form takes only so many files that nobody submits", async () => {
    const own = await fileWorld();
    const { id } = await own.uploaded();
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      INSERT INTO uploads (id, workspace_id, form_id, field, name, type, size, status, scan, file_key, expires_at, created_by, created_at)
      SELECT 'upl_' || i || id, workspace_id, form_id, field, name, type, size, status, scan, 'none/' || i, expires_at, created_by, created_at
      FROM uploads, n WHERE id = ?1`;
    await env.DB.prepare(fill).bind(id).run();
    expect(await problemOf(await own.upload({ bytes: PDF, name: "cv.pdf", type: "application/pdf", field: "cv" }))).toMatchObject({
      status: 409,
      code: "storage_full",
    });
  });
});

describe("an answer that names", () => {
  test("nothing that is there, another question's, another form's, another workspace's upload", async () => {
    const other = await fileWorld();
    const [mine, theirs] = [await world.uploaded({ field: "anything" }), await other.uploaded()];
    for (const id of ["upl_01m7z8jpbd4e66kjref49kg9j6", mine.id, theirs.id]) {
      const reply = await world.submit({ cv: [id] });
      expect(await problemOf(reply)).toMatchObject({ status: 422, errors: ["unknown_upload cv.0"] });
    }
    // In a field that holds text an id is a text.
    expect((await world.submit({ name: theirs.id })).status).toBe(201);
    expect(await (await other.call("GET", `/api/v1/uploads/${theirs.id}`)).json()).toMatchObject({ response_id: null });
  });

  test("one that is not complete, more than the question takes, or the same twice", async () => {
    const path = `/api/v1/forms/${world.formId}/resumable-uploads`;
    const begun = await world.call("POST", path, { field: "cv", name: "cv.pdf", size: 10 }, { key: null });
    const { id } = (await begun.json()) as { id: string };
    expect(await problemOf(await world.submit({ cv: [id] }))).toMatchObject({ status: 422, errors: ["upload_incomplete cv.0"] });
    const three = await Promise.all([1, 2, 3].map(async () => (await world.uploaded()).id));
    expect(await problemOf(await world.submit({ cv: three }))).toMatchObject({ status: 422, errors: ["too_many_items cv"] });
    expect(await problemOf(await world.submit({ cv: [three[0], three[0]] }))).toMatchObject({ status: 422, errors: ["chosen_twice cv"] });
  });

  test("one that another response has", async () => {
    const { id } = await world.uploaded();
    expect((await world.submit({ cv: [id] })).status).toBe(201);
    expect(await problemOf(await world.submit({ cv: [id] }))).toMatchObject({
      status: 422,
      errors: [expect.stringMatching(/^upload_used cv/)],
    });
  });

  test("of many that submit it at once, one has it", async () => {
    const { id } = await world.uploaded();
    const replies = await Promise.all(Array.from({ length: 8 }, () => world.submit({ cv: [id] })));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 422, 422, 422, 422, 422, 422, 422]);
  });

  test("a repeat under the same key is the same submit", async () => {
    const { id } = await world.uploaded();
    const submit = () => world.submit({ cv: [id] }, { headers: { "Idempotency-Key": `k-${id}` } });
    const replies = [...(await Promise.all(Array.from({ length: 5 }, submit))), await submit()];
    expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(await Promise.all(replies.map(async (reply) => ((await reply.json()) as { id: string }).id))).size).toBe(1);
  });

  test("a submit that the ledger refuses gives the file back", async () => {
    const own = await fileWorld({ duplicates: { by: "field:name" } });
    const { id } = await own.uploaded();
    expect((await own.submit({ name: "Ada" })).status).toBe(201);
    expect((await own.submit({ name: "Ada", cv: [id] })).status).toBe(409);
    expect((await own.submit({ name: "Grace", cv: [id] })).status).toBe(201);
  });
});
