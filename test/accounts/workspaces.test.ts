import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { actionsOn, auditOf } from "../support/audit";
import { addMember, makePerson } from "../support/people";
import { send } from "../support/send";
import { createWorld } from "../support/world";

const problemOf = async (reply: Response) => ({ status: reply.status, code: ((await reply.json()) as { code: string }).code });
const adminsOf = (workspaceId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM members WHERE workspace_id = ?1 AND role = 'admin'").bind(workspaceId).first<number>("n");

describe("workspaces", () => {
  test("whoever makes one is its admin, with audit rows for both", async () => {
    const { cookie, userId } = await makePerson();
    const reply = await send("POST", "/api/v1/workspaces", { name: "Riverside Coffee" }, { cookie });
    expect(reply.status).toBe(201);
    const { id, role }: { id: string; role: string } = await reply.json();
    expect(role).toBe("admin");
    expect(await actionsOn(id)).toEqual(["workspace.created"]);
    expect(await auditOf(userId)).toContainEqual(expect.objectContaining({ action: "member.added", details: '{"role":"admin"}' }));
    const { workspaces }: { workspaces: { id: string }[] } = await (await send("GET", "/api/v1/workspaces", undefined, { cookie })).json();
    expect(workspaces.map((workspace) => workspace.id)).toEqual([id]);
  });

  test("renamed by its admins alone", async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const path = `/api/v1/workspaces/${world.workspaceId}`;
    const renamed = await world.call("PATCH", path, { name: "New name" }, { as: "admin" });
    expect(await renamed.json()).toMatchObject({ name: "New name", role: "admin" });
    expect((await world.call("PATCH", path, { name: "x" }, { as: "editor" })).status).toBe(403);
    expect((await other.call("PATCH", path, { name: "x" }, { as: "admin" })).status).toBe(404);
    expect((await world.call("PATCH", path, { name: "x" })).status).toBe(403);
    expect(await actionsOn(world.workspaceId)).toEqual(["workspace.renamed"]);
  });

  test("deleted, it is gone for everybody, and cannot be deleted twice", async () => {
    const world = await createWorld();
    const path = `/api/v1/workspaces/${world.workspaceId}`;
    const viewer = await world.member("viewer");
    expect((await world.call("DELETE", path, undefined, { as: "editor" })).status).toBe(403);
    expect((await world.call("DELETE", path, undefined, { as: "admin" })).status).toBe(204);
    expect((await send("GET", path, undefined, { cookie: viewer.cookie })).status).toBe(404);
    expect(await (await send("GET", "/api/v1/auth/session", undefined, { cookie: viewer.cookie })).json()).toMatchObject({
      workspace_id: null,
    });
    expect((await send("DELETE", path, undefined, { cookie: (await world.member("admin")).cookie })).status).toBe(404);
    expect(await actionsOn(world.workspaceId)).toEqual(["workspace.deleted"]);
  });
});

describe("members", () => {
  test("listed in pages, for whoever may read", async () => {
    const world = await createWorld();
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await addMember(world.workspaceId, (await makePerson()).userId, "viewer"));
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const reply: Response = await world.call("GET", `/api/v1/members?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = (await reply.json()) as { members: { id: string }[]; next_cursor: string | null };
      seen.push(...page.members.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids);
  });

  test("a changed role holds with the next request, and is written down", async () => {
    const world = await createWorld();
    const viewer = await world.member("viewer");
    const publish = () =>
      world.call("GET", "/api/v1/invitations", undefined, { as: viewer, headers: { "X-Workspace-Id": world.workspaceId } });
    expect((await publish()).status).toBe(403);
    const changed = await world.call("PATCH", `/api/v1/members/${viewer.memberId}`, { role: "admin" }, { as: "admin" });
    expect(await changed.json()).toMatchObject({ id: viewer.memberId, role: "admin" });
    expect((await publish()).status).toBe(200);
    expect(await auditOf(viewer.userId)).toContainEqual(
      expect.objectContaining({ action: "member.role_changed", details: '{"from":"viewer","to":"admin"}' }),
    );
  });

  test("editors, keys and other workspaces change nobody", async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const { memberId, userId } = await world.member("viewer");
    const path = `/api/v1/members/${memberId}`;
    expect((await world.call("PATCH", path, { role: "admin" }, { as: "editor" })).status).toBe(403);
    expect((await world.call("PATCH", path, { role: "admin" })).status).toBe(403);
    expect((await other.call("PATCH", path, { role: "admin" }, { as: "admin" })).status).toBe(404);
    expect((await other.call("DELETE", path, undefined, { as: "admin" })).status).toBe(404);
    expect((await auditOf(userId)).map(({ action }) => action)).toEqual(["user.created"]);
  });

  test("removed, they are out at once", async () => {
    const world = await createWorld();
    const editor = await world.member("editor");
    expect((await world.call("GET", "/api/v1/forms", undefined, { as: editor })).status).toBe(200);
    expect((await world.call("DELETE", `/api/v1/members/${editor.memberId}`, undefined, { as: "admin" })).status).toBe(204);
    expect((await world.call("GET", "/api/v1/forms", undefined, { as: editor })).status).toBe(403);
    expect((await world.call("DELETE", `/api/v1/members/${editor.memberId}`, undefined, { as: "admin" })).status).toBe(404);
    expect(await actionsOn(editor.userId)).toContain("member.removed");
  });

  test("the last admin stays one, and stays", async () => {
    const world = await createWorld();
    const admin = await world.member("admin");
    await world.member("editor");
    const path = `/api/v1/members/${admin.memberId}`;
    const refused = { status: 409, code: "last_admin" };
    expect(await problemOf(await world.call("PATCH", path, { role: "viewer" }, { as: "admin" }))).toEqual(refused);
    expect(await problemOf(await world.call("DELETE", path, undefined, { as: "admin" }))).toEqual(refused);
    expect(await problemOf(await world.call("POST", `/api/v1/workspaces/${world.workspaceId}/leave`, undefined, { as: "admin" }))).toEqual(
      refused,
    );
    expect((await world.call("POST", `/api/v1/workspaces/${world.workspaceId}/leave`, undefined, { as: "editor" })).status).toBe(204);
    expect((await actionsOn(admin.userId)).filter((action) => action.startsWith("member."))).toEqual([]);
  });

  test("two admins who step down in the same moment do not both succeed", async () => {
    for (let round = 0; round < 5; round++) {
      const world = await createWorld();
      const one = await world.member("admin");
      const two = await makePerson();
      const twoId = await addMember(world.workspaceId, two.userId, "admin");
      const replies = await Promise.all([
        send("POST", `/api/v1/workspaces/${world.workspaceId}/leave`, undefined, { cookie: one.cookie }),
        send("PATCH", `/api/v1/members/${twoId}`, { role: "viewer" }, { cookie: two.cookie }),
      ]);
      expect(replies.map(({ status }) => (status === 409 ? 409 : 200)).sort()).toEqual([200, 409]);
      expect(await adminsOf(world.workspaceId)).toBe(1);
    }
  });
});
