import { z } from "@hono/zod-openapi";
import { canonicalEntry, genesisHash, getHistory, listEntries } from "../../responses";
import type { EntryRow } from "../../store";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { Answers, FormIdParam, ResponseParams } from "./shapes";

const EntryView = z
  .object({
    seq: z.number().int(),
    position: z.string(),
    response_id: z.string(),
    kind: z.enum(["accept", "update", "delete", "restore", "erase"]),
    form_version: z.number().int(),
    status: z.enum(["complete", "partial"]),
    at: z.iso.datetime(),
    submitted_at: z.iso.datetime(),
    actor: z.string().nullable().openapi({ description: "`user:<id>` or `key:<id>`; null for the respondent." }),
    data: Answers.nullable().openapi({ description: "As this entry left them; null where it did not touch them, or they were erased." }),
    erased: z.boolean(),
    salt: z.string().nullable(),
    data_hash: z.string().openapi({ description: "SHA-256 of `salt` and `data` as JSON with its members in order of name, in hex." }),
    canonical: z.string().openapi({ description: "What is hashed for this entry." }),
    hash: z.string().openapi({ description: "SHA-256 of the hash before and `canonical`, in hex." }),
  })
  .openapi("Entry");

const MAX_ENTRIES = 1_000;

const historyRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/responses/{rid}/history",
  access: "read",
  tags: ["Responses"],
  summary: "What happened to a response, oldest first",
  request: { params: ResponseParams },
  responses: { 200: json(z.object({ entries: z.array(EntryView), next_cursor: z.null() }), "Its entries") },
});

const chainRoute = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/entries",
  access: "read",
  tags: ["Responses"],
  summary: "The chain of everything a form's ledger has accepted",
  description: "In order and without a hole: start from `genesis` and hash along, and you have proof that nothing is missing or changed.",
  request: {
    params: FormIdParam,
    query: z.object({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).openapi({ type: "integer", minimum: 0, default: 0 }),
      shard: z.coerce.number().int().min(0).max(63).default(0).openapi({ type: "integer", minimum: 0, maximum: 63, default: 0 }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_ENTRIES)
        .default(100)
        .openapi({ type: "integer", minimum: 1, maximum: MAX_ENTRIES, default: 100 }),
    }),
  },
  responses: {
    200: json(
      z.object({
        entries: z.array(EntryView),
        genesis: z.string(),
        shards: z.number().int().openapi({ description: "How many chains the form has: ask for each, from 0." }),
        next_after: z.number().int().nullable(),
      }),
      "Entries after `after`; `next_after` asks for the next page",
    ),
  },
});

export const entries = newApp()
  .openapi(historyRoute, async (c) => {
    const { id, rid } = c.req.valid("param");
    const { value, current } = await getHistory(c.get("ctx"), id, rid);
    if (!current) c.header("X-Stale", "true");
    return c.json({ entries: value.map(toEntryView), next_cursor: null }, 200);
  })
  .openapi(chainRoute, async (c) => {
    const { after, shard, limit } = c.req.valid("query");
    const { value, current } = await listEntries(c.get("ctx"), { formId: c.req.valid("param").id, after, shard, limit });
    if (!current) c.header("X-Stale", "true");
    const last = value.entries.at(-1);
    return c.json(
      {
        entries: value.entries.map(toEntryView),
        genesis: genesisHash(value.formId, shard),
        shards: value.shards,
        next_after: value.more ? (last?.seq ?? null) : null,
      },
      200,
    );
  });

function toEntryView(entry: EntryRow): z.infer<typeof EntryView> {
  return {
    seq: entry.seq,
    position: `${entry.shard}:${entry.seq}`,
    response_id: entry.responseId,
    kind: entry.kind,
    form_version: entry.formVersion,
    status: entry.status,
    at: isoTime(entry.at),
    submitted_at: isoTime(entry.submittedAt),
    actor: entry.actor,
    data: entry.data,
    erased: entry.erased,
    salt: entry.salt,
    data_hash: entry.dataHash,
    canonical: canonicalEntry(entry),
    hash: entry.hash,
  };
}
