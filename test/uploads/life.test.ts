// With the response from then on: claimed, edited, resumed, linked to, deleted, erased.
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { fanOut } from "../../src/responses";
import { expireUploads, followUploads, scanPending } from "../../src/uploads";
import { testContext } from "../support/context";
import { send } from "../support/send";
import { type FileWorld, fileWorld, PDF, PNG, problemOf, textOf } from "./support";

const world = await fileWorld();
const later = (hours: number) => testContext({ now: () => Date.now() + hours * 3_600_000 });
const responseOf = async (reply: Response) => {
  expect(reply.status, await reply.clone().text()).toBe(201);
  return (await reply.json()) as { id: string; resume_token?: string };
};
const read = async ({ call }: FileWorld, id: string) => {
  const reply = await call("GET", `/api/v1/uploads/${id}`);
  return reply.status === 200 ? ((await reply.json()) as { response_id: string | null; scan: string }) : reply.status;
};
const objectOf = (id: string, { workspaceId, formId } = world) => env.FILES.head(`uploads/${workspaceId}/${formId}/${id}`);

describe("with its response", () => {
  test("the follower of entries claims what a submit that died could not", async () => {
    const { id } = await world.uploaded();
    const response = await responseOf(await world.submit({ cv: [id] }));
    await vi.waitFor(async () => expect(await read(world, id)).toMatchObject({ response_id: response.id }));
    await env.DB.prepare("UPDATE uploads SET response_id = NULL, expires_at = 1 WHERE id = ?1").bind(id).run();
    await world.call("GET", `/api/v1/forms/${world.formId}/responses`);
    const follow = async () => {
      await env.DB.prepare(
        "INSERT OR REPLACE INTO ledger_outbox (form_id, shard, from_seq, to_seq, workspace_id, created_at, sent_at) VALUES (?, 0, 1, 1000, ?, 1, ?)",
      )
        .bind(world.formId, world.workspaceId, Date.now())
        .run();
      await fanOut(testContext(), { formId: world.formId, shard: 0, fromSeq: 1 }, [followUploads]);
    };
    await follow();
    await follow();
    expect(await read(world, id)).toMatchObject({ response_id: response.id, expires_at: null });
    await expireUploads(later(48));
    expect(await objectOf(id)).not.toBeNull();
  });

  test("who writes a file's id into a text as well keeps the file", async () => {
    const { id } = await world.uploaded();
    const response = await responseOf(await world.submit({ name: id, cv: [id] }));
    await vi.waitFor(async () => expect(await read(world, id)).toMatchObject({ response_id: response.id, expires_at: null }));
  });

  test("a partial answer keeps its files, and they are its own when it is completed", async () => {
    const { id } = await world.uploaded();
    const { resume_token } = await responseOf(await world.submit({ cv: [id] }, { body: { status: "partial" } }));
    await vi.waitFor(async () => expect(await read(world, id)).toMatchObject({ expires_at: null }));
    await expireUploads(later(48));
    const more = await world.uploaded();
    const done = await responseOf(await world.submit({ cv: [id, more.id] }, { body: { resume_token } }));
    await vi.waitFor(async () => expect(await read(world, more.id)).toMatchObject({ response_id: done.id }));
    expect(await read(world, id)).toMatchObject({ response_id: done.id });
  });

  test("an edit may add files of its own, and leaves what was there before alone", async () => {
    const [first, second, others] = [await world.uploaded(), await world.uploaded(), await world.uploaded()];
    const response = await responseOf(await world.submit({ cv: [first.id] }));
    await responseOf(await world.submit({ cv: [others.id] }));
    const patch = (data: Record<string, unknown>) =>
      world.call("PATCH", `/api/v1/forms/${world.formId}/responses/${response.id}`, { data });
    expect(await problemOf(await patch({ cv: [others.id] }))).toMatchObject({ status: 422, errors: ["upload_used cv.0"] });
    expect((await patch({ cv: [first.id, second.id] })).status).toBe(200);
    await vi.waitFor(async () => expect(await read(world, second.id)).toMatchObject({ response_id: response.id }));
    // Its file is deleted for good; the rest of the answer can still be edited.
    expect((await world.call("DELETE", `/api/v1/uploads/${first.id}`, undefined, { as: "admin" })).status).toBe(204);
    expect((await patch({ name: "Ada" })).status).toBe(200);
  });

  test("erased, its files are gone: bytes, rows and links; another response's stay", async () => {
    const own = await fileWorld();
    const [mine, signed, theirs] = [
      await own.uploaded(),
      await own.uploaded({ bytes: PNG, name: "s.png", type: "image/png", field: "signed" }),
      await own.uploaded(),
    ];
    const response = await responseOf(await own.submit({ cv: [mine.id], signed: signed.id }));
    await responseOf(await own.submit({ cv: [theirs.id] }));
    const linked = await own.call("POST", `/api/v1/uploads/${mine.id}/link`, {});
    const { url } = (await linked.json()) as { url: string };
    const erased = await own.call("POST", `/api/v1/forms/${own.formId}/responses/${response.id}/erase`, undefined, { as: "admin" });
    expect(erased.status).toBe(204);
    await vi.waitFor(async () => {
      for (const { id } of [mine, signed]) {
        expect(await read(own, id)).toBe(404);
        expect(await objectOf(id, own)).toBeNull();
      }
    }, 10_000);
    expect((await own.call("GET", url.replace(/^https?:\/\/[^/]+/, ""), undefined, { key: null })).status).toBe(410);
    expect(await read(own, theirs.id)).toMatchObject({ field: "cv" });
    expect(await objectOf(theirs.id, own)).not.toBeNull();
    const usage = await env.DB.prepare("SELECT files, bytes FROM upload_usage WHERE workspace_id = ?1").bind(own.workspaceId).first();
    expect(usage).toEqual({ files: 1, bytes: PDF.length });
  });
});

describe("a link", () => {
  test("opens one file without a key, until it expires; forged, of another file or with another end it opens nothing", async () => {
    const [one, two] = [await world.uploaded(), await world.uploaded()];
    const reply = await world.call("POST", `/api/v1/uploads/${one.id}/link`, { expires_in_seconds: 3_600 });
    expect(reply.status).toBe(201);
    const { url } = (await reply.json()) as { url: string };
    const { pathname, search, searchParams } = new URL(url);
    const get = (path: string) => world.call("GET", path, undefined, { key: null });
    expect(await textOf(await get(`${pathname}${search}`))).toBe(PDF);
    expect((await get(`/u/${two.id}${search}`)).status).toBe(404);
    expect((await get(`${pathname}?expires=zzzzzzzz&signature=${searchParams.get("signature")}`)).status).toBe(404);
    expect((await get(`${pathname}?expires=${searchParams.get("expires")}&signature=${"0".repeat(64)}`)).status).toBe(404);
    expect((await get(pathname)).status).toBe(404);

    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_601_000);
    const late = await send("GET", `${pathname}${search}`);
    vi.restoreAllMocks();
    expect(await problemOf(late)).toMatchObject({ status: 410, code: "link_expired" });

    expect((await world.call("DELETE", `/api/v1/uploads/${one.id}`, undefined, { as: "admin" })).status).toBe(204);
    expect(await problemOf(await get(`${pathname}${search}`))).toMatchObject({ status: 410, code: "file_deleted" });
  });

  test("and reading at all, is for who may read; deleting for admins, and it leaves a trace", async () => {
    const { id } = await world.uploaded();
    const submitter = await world.makeKey(["submit"]);
    for (const path of [`/api/v1/uploads/${id}`, `/api/v1/uploads/${id}/content`])
      expect((await world.call("GET", path, undefined, { key: submitter })).status).toBe(403);
    expect((await world.call("DELETE", `/api/v1/uploads/${id}`, undefined, { as: "editor" })).status).toBe(403);
    expect((await world.call("GET", `/api/v1/uploads/${id}/content`, undefined, { as: "viewer" })).status).toBe(200);
    expect((await world.call("DELETE", `/api/v1/uploads/${id}`, undefined, { as: "admin" })).status).toBe(204);
    const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE target_id = ?1").bind(id).all();
    expect(results).toEqual([{ action: "upload.deleted" }]);
  });
});

describe("a scanner", () => {
  const settings = { UPLOAD_SCAN_URL: "https://scanner.test/scan", UPLOAD_SCAN_TOKEN: "t" };
  const upload = () =>
    send("POST", `/api/v1/forms/${world.formId}/uploads?field=cv&name=cv.pdf`, PDF, {
      headers: { "Content-Type": "application/pdf", "Content-Length": String(PDF.length) },
      settings,
    });
  const answering = (answer: () => Response | Promise<Response>) => {
    const asked: { url: string; headers: Headers; body: string }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input as string, init as RequestInit);
      asked.push({ url: request.url, headers: request.headers, body: new TextDecoder().decode(await request.arrayBuffer()) });
      return answer();
    });
    return asked;
  };

  test("is sent the bytes; what it refuses is not taken and not kept", async () => {
    const asked = answering(() => Response.json({ verdict: "refused" }));
    const reply = await upload();
    vi.restoreAllMocks();
    expect(await problemOf(reply)).toMatchObject({ status: 422, errors: ["file_refused cv"] });
    expect(asked.map(({ url, body }) => [url, body])).toEqual([["https://scanner.test/scan", PDF]]);
    expect(asked[0]?.headers.get("Authorization")).toBe("Bearer t");
    expect(await objectOf(asked[0]?.headers.get("X-Upload-ID") ?? "")).toBeNull();
  });

  test("that is down is asked again; until then the file is not handed out, though it can be submitted", async () => {
    answering(() => new Response("", { status: 503 }));
    const reply = await upload();
    vi.restoreAllMocks();
    const { id, scan } = (await reply.json()) as { id: string; scan: string };
    expect([reply.status, scan]).toEqual([201, "pending"]);
    expect((await world.call("GET", `/api/v1/uploads/${id}/content`)).status).toBe(409);
    await responseOf(await world.submit({ cv: [id] }));
    await scanPending(testContext({ now: () => Date.now() + 120_000 }, settings), async () => Response.json({ verdict: "clean" }));
    expect(await read(world, id)).toMatchObject({ scan: "clean" });
    expect((await world.call("GET", `/api/v1/uploads/${id}/content`)).status).toBe(200);
  });
});
