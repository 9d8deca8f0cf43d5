// Checks a form's chain the way a client would: with nothing of ours but the words of the API's description.
import { expect, test } from "vitest";
import { createForm } from "./support";

interface Chained {
  seq: number;
  canonical: string;
  hash: string;
  data: Record<string, unknown> | null;
  data_hash: string;
  salt: string | null;
  kind: string;
}

async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

test("every entry links to the one before, over pages, edits and deletions", async () => {
  const form = await createForm();
  const receipts = [];
  for (const name of ["Ada", "Grace", "Edsger"]) receipts.push(await form.accepted({ score: 1.5, name, tags: ["b", "a"] }));
  await form.list();
  await form.call("PATCH", `/api/v1/forms/${form.formId}/responses/${receipts[0]?.id}`, { data: { name: "Countess" } });
  await form.call("DELETE", `/api/v1/forms/${form.formId}/responses/${receipts[1]?.id}`);

  const entries: Chained[] = [];
  let hash = "";
  for (let after: number | null = 0; after !== null; ) {
    const reply = await form.call("GET", `/api/v1/forms/${form.formId}/entries?after=${after}&limit=2`);
    expect(reply.status).toBe(200);
    const page = await reply.json<{ entries: Chained[]; genesis: string; next_after: number | null }>();
    if (after === 0) hash = page.genesis;
    for (const entry of page.entries) {
      hash = await sha256(hash + entry.canonical);
      expect(entry.hash).toBe(hash);
      if (entry.data !== null) expect(entry.data_hash).toBe(await sha256(`${entry.salt}${JSON.stringify(sorted(entry.data))}`));
      entries.push(entry);
    }
    after = page.next_after;
  }
  expect(entries.map(({ seq, kind }) => [seq, kind])).toEqual([
    [1, "accept"],
    [2, "accept"],
    [3, "accept"],
    [4, "update"],
    [5, "delete"],
  ]);
  expect(entries[0]?.data).toEqual({ name: "Ada", score: 1.5, tags: ["b", "a"] });
  expect(JSON.parse(entries[3]?.canonical ?? "[]")[1]).toBe("update");
});
