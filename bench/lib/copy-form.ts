// Copies of the demo form, published.
import type { Demo } from "../../tools/lib/seed.ts";

/** Null when the slug is taken: an earlier case has made it. */
export async function publishCopy(
  { url, api_key, form_id }: Demo,
  { title, slug, settings }: { title: string; slug: string; settings?: object },
): Promise<{ id: string; slug: string } | null> {
  const { schema } = (await ask("GET", `/${form_id}`)) as { schema: { settings?: object } };
  const own = settings === undefined ? schema : { ...schema, settings: { ...schema.settings, ...settings } };
  const made = (await ask("POST", "", { title, slug, schema: own })) as { id: string } | null;
  if (made === null) return null;
  await ask("POST", `/${made.id}/publish`);
  return { id: made.id, slug };

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { Authorization: `Bearer ${api_key}`, "Content-Type": "application/json" };
    const reply = await fetch(`${url}/api/v1/forms${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    if (reply.status === 409) return null;
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return await reply.json();
  }
}
