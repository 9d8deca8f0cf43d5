import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../support/world";

const FIELD = { name: "score", type: "nps", label: "How likely are you to recommend us?" };
const SCHEMA = { fields: [FIELD] };

interface FormBody {
  id: string;
  slug: string;
  status: string;
  version: number;
  revision: number;
  title: string;
  schema: { fields: { name: string; label: string }[]; rules?: { id: string; when: unknown }[] };
}

async function createForm(world: World, body: Record<string, unknown> = {}): Promise<FormBody> {
  const reply = await world.call("POST", "/api/v1/forms", { title: "Feedback", schema: SCHEMA, ...body });
  expect(reply.status).toBe(201);
  return reply.json();
}

const publish = (world: World, id: string) => world.call("POST", `/api/v1/forms/${id}/publish`);

async function auditActions(targetId: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE target_id = ?1 ORDER BY id")
    .bind(targetId)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}

describe("a form's life", () => {
  test("draft, published, closed, reopened, archived, restored: each step visible and audited", async () => {
    const world = await createWorld();
    const form = await createForm(world);
    expect(form).toMatchObject({ status: "draft", version: 0, title: "Feedback" });
    expect((await world.call("GET", `/api/v1/forms/${form.id}/public`, undefined, { key: null })).status).toBe(404);

    expect(await (await publish(world, form.id)).json()).toMatchObject({ form_id: form.id, version: 1 });
    const open = await world.call("GET", `/api/v1/forms/${form.id}/public`, undefined, { key: null });
    expect(await open.json()).toMatchObject({ id: form.id, version: 1, schema: { fields: [{ name: "score" }] } });

    const step = async (method: string, verb: string) => (await world.call(method, `/api/v1/forms/${form.id}${verb}`)).status;
    expect(await step("POST", "/close")).toBe(200);
    expect((await world.call("GET", `/api/v1/forms/${form.id}/public`, undefined, { key: null })).status).toBe(410);
    expect(await step("POST", "/close")).toBe(409);
    expect(await step("POST", "/reopen")).toBe(200);
    expect(await step("DELETE", "")).toBe(204);
    expect(await step("POST", "/publish")).toBe(409);
    expect((await world.call("GET", "/api/v1/forms").then((reply) => reply.json<{ forms: FormBody[] }>())).forms).toEqual([]);
    expect(await (await world.call("POST", `/api/v1/forms/${form.id}/restore`)).json()).toMatchObject({ status: "published", version: 1 });
    expect((await world.call("GET", `/api/v1/forms/${form.slug}/public`, undefined, { key: null })).status).toBe(200);

    expect(await auditActions(form.id)).toEqual([
      "form.created",
      "form.published",
      "form.closed",
      "form.reopened",
      "form.archived",
      "form.restored",
    ]);
  });

  test("the draft moves while what is published stays, until the next publish is seen at once", async () => {
    const world = await createWorld();
    const { id } = await createForm(world);
    await publish(world, id);
    const readLabel = async () => {
      const reply = await world.call("GET", `/api/v1/forms/${id}/public`, undefined, { key: null });
      return (await reply.json<FormBody>()).schema.fields[0]?.label;
    };
    for (let version = 2; version <= 6; version++) {
      const before = await readLabel();
      const change = { schema: { fields: [{ ...FIELD, label: `Label ${version}` }] } };
      expect((await world.call("PATCH", `/api/v1/forms/${id}`, change)).status).toBe(200);
      expect(await readLabel()).toBe(before);
      expect(await (await publish(world, id)).json()).toMatchObject({ version });
      expect(await readLabel()).toBe(`Label ${version}`);
    }
  });
});

describe("versions", () => {
  test("are numbered, never change, can be compared and brought back", async () => {
    const world = await createWorld();
    const { id } = await createForm(world);
    await publish(world, id);
    const second = {
      fields: [
        { ...FIELD, label: "Another question" },
        { name: "why", type: "long_text", label: "Why?" },
      ],
    };
    await world.call("PATCH", `/api/v1/forms/${id}`, { schema: second });
    await publish(world, id);

    const list = await (await world.call("GET", `/api/v1/forms/${id}/versions?limit=1`)).json<{
      versions: { version: number }[];
      next_cursor: string;
    }>();
    expect(list.versions.map(({ version }) => version)).toEqual([2]);
    const rest = await (await world.call("GET", `/api/v1/forms/${id}/versions?cursor=${list.next_cursor}`)).json<typeof list>();
    expect(rest).toMatchObject({ versions: [{ version: 1 }], next_cursor: null });

    const first = await (await world.call("GET", `/api/v1/forms/${id}/versions/1`)).json<FormBody>();
    expect(first.schema.fields).toMatchObject([FIELD]);
    expect(await (await world.call("GET", `/api/v1/forms/${id}/versions/1/changes?to=2`)).json()).toEqual({
      fields: { added: ["why"], removed: [], moved: [], changed: [{ name: "score", properties: ["label"] }] },
      rules: { added: [], removed: [], changed: [] },
      other: [],
    });

    const restored = await (await world.call("POST", `/api/v1/forms/${id}/versions/1/restore`)).json<FormBody>();
    expect(restored.schema.fields).toMatchObject([FIELD]);
    expect(restored.version).toBe(2);
    expect((await world.call("GET", `/api/v1/forms/${id}/versions/3`)).status).toBe(404);
  });
});

describe("slugs", () => {
  test("are derived, unique, and still lead to the form after a rename", async () => {
    const world = await createWorld();
    const first = await createForm(world, { title: "Café survey — Zürich" });
    const second = await createForm(world, { title: "Café survey — Zürich" });
    expect(first.slug).toMatch(/^cafe-survey-zurich/);
    expect(second.slug).not.toBe(first.slug);

    const taken = await world.call("POST", "/api/v1/forms", { title: "x", slug: first.slug, schema: SCHEMA });
    expect(taken.status).toBe(409);
    expect(await taken.json()).toMatchObject({ code: "slug_taken" });

    await publish(world, first.id);
    const renamed = `renamed-${first.id.slice(-8)}`;
    expect((await world.call("PATCH", `/api/v1/forms/${first.id}`, { slug: renamed })).status).toBe(200);
    for (const slug of [first.slug, renamed]) {
      const reply = await world.call("GET", `/api/v1/forms/${slug}/public`, undefined, { key: null });
      expect(await reply.json()).toMatchObject({ id: first.id, slug: renamed });
    }
    expect((await world.call("PATCH", `/api/v1/forms/${second.id}`, { slug: first.slug })).status).toBe(409);
    expect((await world.call("PATCH", `/api/v1/forms/${first.id}`, { slug: first.slug })).status).toBe(200);
  });
});

describe("two people at once", () => {
  test("an edit against an older revision is refused and leaves no audit row", async () => {
    const world = await createWorld();
    const form = await createForm(world);
    const edit = (title: string) =>
      world.call("PATCH", `/api/v1/forms/${form.id}`, { title }, { headers: { "If-Match": `"${form.revision}"` } });
    expect((await edit("mine")).status).toBe(200);
    const late = await edit("theirs");
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ code: "stale_draft" });
    expect(await auditActions(form.id)).toEqual(["form.created", "form.updated"]);
  });

  test("simultaneous publishes give each version number once", async () => {
    const world = await createWorld();
    const { id } = await createForm(world);
    const replies = await Promise.all(Array.from({ length: 8 }, () => publish(world, id)));
    const versions = await Promise.all(replies.filter(({ ok }) => ok).map(async (reply) => (await reply.json<FormBody>()).version));
    expect(versions.length).toBeGreaterThan(0);
    expect([...versions].sort()).toEqual(Array.from({ length: versions.length }, (_, index) => index + 1));
    const { results } = await env.DB.prepare("SELECT version FROM form_versions WHERE form_id = ?1").bind(id).all();
    expect(results).toHaveLength(versions.length);
  });
});

describe("what cannot work is refused", () => {
  test("at publish, with the path and the reason", async () => {
    const world = await createWorld();
    const { id } = await createForm(world, {
      schema: {
        fields: [
          FIELD,
          { ...FIELD },
          { name: "color", type: "select", label: "Colour" },
          { name: "code", type: "short_text", label: "Code", validation: { pattern: "(a+)+$" } },
        ],
        rules: [
          { id: "r1", when: { all: [{ field: "nobody", condition: "equals", value: 1 }] }, then: [{ action: "show", targets: ["color"] }] },
        ],
      },
    });
    const reply = await publish(world, id);
    expect(reply.status).toBe(422);
    const { errors } = await reply.json<{ errors: { path: string; code: string }[] }>();
    const paths = errors.map(({ path }) => path).join(" ");
    for (const place of ["fields.1", "fields.2", "fields.3", "rules.0"]) expect(paths).toContain(place);
    expect(await auditActions(id)).toEqual(["form.created"]);
  });
});

describe("as a file", () => {
  test("a form survives the way out and in, rules included", async () => {
    const world = await createWorld();
    const short = { source_field: "score", condition: "at_most", value: 6, action: "show", target_fields: ["why"] };
    const form = await createForm(world, {
      schema: { fields: [FIELD, { name: "why", type: "long_text", label: "Why?" }], rules: [short] },
    });
    const exported = await world.call("GET", `/api/v1/forms/${form.id}/export`);
    expect(exported.headers.get("Content-Disposition")).toContain(`${form.slug}.form.json`);
    const other = await createWorld();
    const imported = await other.call("POST", "/api/v1/forms/import", await exported.text());
    expect(imported.status).toBe(201);
    const copy = await imported.json<FormBody>();
    expect(copy.schema).toEqual(form.schema);
    expect(copy.id).not.toBe(form.id);
    expect((await publish(other, copy.id)).status).toBe(200);
  });

  test("a duplicate starts over as a draft", async () => {
    const world = await createWorld();
    const form = await createForm(world);
    await publish(world, form.id);
    const copy = await (await world.call("POST", `/api/v1/forms/${form.id}/duplicate`)).json<FormBody>();
    expect(copy).toMatchObject({ status: "draft", version: 0, title: "Feedback (copy)" });
    expect(copy.schema).toEqual(form.schema);
  });
});

describe("lists", () => {
  test("page through everything once while forms are added", async () => {
    const world = await createWorld();
    const made: string[] = [];
    for (let n = 0; n < 7; n++) made.push((await createForm(world, { title: `Form ${n}` })).id);
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const reply = await world.call("GET", `/api/v1/forms?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const page = await reply.json<{ forms: FormBody[]; next_cursor: string | null }>();
      seen.push(...page.forms.map(({ id }) => id));
      await createForm(world, { title: "Late" });
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(made.reverse());
    expect((await world.call("GET", "/api/v1/forms?cursor=made-up")).status).toBe(422);
  });
});

describe("Idempotency-Key", () => {
  const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });

  test("the same key and body gives the first reply and makes one form; another body is refused", async () => {
    const world = await createWorld();
    const body = { title: "Once", schema: SCHEMA };
    const first = await world.call("POST", "/api/v1/forms", body, keyed("order-1"));
    const second = await world.call("POST", "/api/v1/forms", body, keyed("order-1"));
    expect(first.headers.has("Idempotency-Replayed")).toBe(false);
    expect(second.headers.get("Idempotency-Replayed")).toBe("true");
    expect(second.status).toBe(201);
    expect(second.headers.get("Location")).toBe(first.headers.get("Location"));
    expect(await second.text()).toBe(await first.text());
    const other = await world.call("POST", "/api/v1/forms", { ...body, title: "Twice" }, keyed("order-1"));
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: "idempotency_key_reused" });
    expect((await (await world.call("GET", "/api/v1/forms")).json<{ forms: unknown[] }>()).forms).toHaveLength(1);
  });

  test("at the same moment, one form is made", async () => {
    const world = await createWorld();
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => world.call("POST", "/api/v1/forms", { title: "Race", schema: SCHEMA }, keyed("race-1"))),
    );
    for (const { status } of replies) expect([201, 409]).toContain(status);
    expect((await (await world.call("GET", "/api/v1/forms")).json<{ forms: unknown[] }>()).forms).toHaveLength(1);
  });

  test("refused input leaves the key free for the mended try, and two workspaces may use the same key", async () => {
    const world = await createWorld();
    expect((await world.call("POST", "/api/v1/forms", { title: "" }, keyed("mend-1"))).status).toBe(422);
    expect((await world.call("POST", "/api/v1/forms", { title: "Mended", schema: SCHEMA }, keyed("mend-1"))).status).toBe(201);
    expect((await (await createWorld()).call("POST", "/api/v1/forms", { title: "Theirs", schema: SCHEMA }, keyed("mend-1"))).status).toBe(
      201,
    );
  });

  test("a first reply is not readable in the store", async () => {
    const world = await createWorld();
    await world.call("POST", "/api/v1/forms", { title: "Hidden-in-the-store", schema: SCHEMA }, keyed("sealed-1"));
    const { results } = await env.DB.prepare("SELECT reply FROM idempotency_keys WHERE workspace_id = ?1")
      .bind(world.workspaceId)
      .all<{ reply: string }>();
    expect(results).toHaveLength(1);
    expect(results[0]?.reply).not.toContain("Hidden-in-the-store");
  });
});
