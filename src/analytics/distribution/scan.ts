// Answers read one by one, for what no counter keeps: an earlier moment, the words of a text, the places of a ranking.
import { type FormSchema, getVersion } from "../../forms";
import { cellsOf } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { UnavailableError } from "../../shared/errors";
import { type FieldValue, openStateStore, type StateQuery } from "../../store";

const PAGE = 5_000;
const MAX_PAGES = 400;

export async function* scanField(ctx: WorkspaceContext, query: StateQuery, field: string): AsyncGenerator<FieldValue> {
  const store = openStateStore(ctx.env);
  let after: readonly [number, number] = [-1, 0];
  for (let page = 0; page < MAX_PAGES; page++) {
    const values = await store.fieldValues(query, field, after, PAGE);
    yield* values;
    const last = values.at(-1);
    if (last === undefined || values.length < PAGE) return;
    after = [last.shard, last.seq];
  }
  throw new UnavailableError("There are too many answers to read one by one.");
}

/** What the ledger's counters would say of a top-level field and all within it, counted anew. */
export async function countCells(ctx: WorkspaceContext, query: StateQuery, field: string): Promise<Map<string, Map<string, number>>> {
  const schemas = new Map<number, FormSchema>();
  const counts = new Map<string, Map<string, number>>();
  for await (const { formVersion, value } of scanField(ctx, query, field)) {
    const schema = schemas.get(formVersion) ?? onlyField((await getVersion(ctx, query.formId, formVersion)).schema, field);
    schemas.set(formVersion, schema);
    for (const [path, given] of cellsOf(schema, { [field]: value })) {
      const ofPath = counts.get(path) ?? new Map<string, number>();
      counts.set(path, ofPath);
      ofPath.set(given, (ofPath.get(given) ?? 0) + 1);
    }
  }
  return counts;
}

function onlyField(schema: FormSchema, name: string): FormSchema {
  return { ...schema, fields: schema.fields.filter((field) => field.name === name) };
}
