// docs/proof.md, followed by a client: what `npm run verify` proves by itself.
import { beforeAll, expect, test } from "vitest";
import { canonicalJson } from "../../src/responses";
import { type ChainEntry, type ChainPage, canonicalJson as clientJson, walkChains } from "../../tools/lib/verify-chain";
import { createForm, type FormWorld } from "./support";

let form: FormWorld;
let pages: (query: string) => Promise<ChainPage>;

beforeAll(async () => {
  form = await createForm({ shards: 2 });
  const receipts = await Promise.all(
    Array.from({ length: 12 }, (_, i) => form.accepted({ name: `Zoë ${i}`, tags: ["b", "a"], score: 1.5 })),
  );
  const path = (i: number) => `/api/v1/forms/${form.formId}/responses/${receipts[i]?.id}`;
  expect((await form.call("PATCH", path(0), { data: { name: "Countess" } })).status).toBe(200);
  expect((await form.call("DELETE", path(1))).status).toBe(204);
  pages = async (query) => {
    const reply = await form.call("GET", `/api/v1/forms/${form.formId}/entries?${query}`);
    expect(reply.status).toBe(200);
    return reply.json();
  };
});

/** Five entries a page, as a server would send them that has changed what it keeps. */
function tampered(change: (entry: ChainEntry) => ChainEntry | null) {
  return async (query: string): Promise<ChainPage> => {
    const page = await pages(query.replace("limit=1000", "limit=5"));
    return { ...page, entries: page.entries.map(change).filter((entry) => entry !== null) };
  };
}

test("every chain of the form is walked to its end, page by page", async () => {
  expect(
    await walkChains(
      form.formId,
      tampered((entry) => entry),
    ),
  ).toEqual({ entries: 14, accepted: 12, wrong: [] });
});

test("erased answers leave the proof whole", async () => {
  const erase = (entry: ChainEntry) => (entry.seq === 2 ? { ...entry, data: null, salt: null } : entry);
  expect((await walkChains(form.formId, tampered(erase))).wrong).toEqual([]);
});

test.each<[string, (entry: ChainEntry) => ChainEntry | null, RegExp]>([
  ["an answer", (entry) => ({ ...entry, data: { name: "other" } }), /entry 2 of ledger 0 has other answers/],
  ["a fact", (entry) => ({ ...entry, status: "partial" }), /entry 2 of ledger 0 does not say what is hashed/],
  ["an entry left out", () => null, /entry 3 of ledger 0 follows entry 1/],
  ["a link", (entry) => ({ ...entry, hash: "0".repeat(64) }), /entry 2 of ledger 0 does not link/],
])("what was tampered with is found: %s", async (_, change, expected) => {
  const { wrong } = await walkChains(
    form.formId,
    tampered((entry) => (entry.seq === 2 ? change(entry) : entry)),
  );
  expect(wrong.join("\n")).toMatch(expected);
});

test("another form's chain is not this one's", async () => {
  expect((await walkChains("frm_other", pages)).wrong[0]).toMatch(/entry 1 of ledger 0 does not link/);
});

test("a client's canonical form is the server's", () => {
  for (const value of [null, 1.5, "ü\n", [], {}, { b: 1, a: [{ d: false, c: null }] }, { "10": 1, "9": 2, é: 3, Z: 4 }])
    expect(clientJson(value)).toBe(canonicalJson(value));
});
