import { COLOURS, MAX_SCORE, type TortureForm } from "./model.ts";
import type { Reader } from "./reader.ts";

const FIELDS = [
  { name: "mark", type: "short_text", label: "Mark", required: true },
  { name: "colour", type: "select", label: "Colour", required: true, options: COLOURS.map((value) => ({ value, label: value })) },
  { name: "score", type: "number", label: "Score", required: true, validation: { min: 0, max: MAX_SCORE } },
];

type Kind = Pick<TortureForm, "shards" | "quota">;

const KINDS: readonly Kind[] = [
  { shards: 1, quota: null },
  { shards: 3, quota: null },
  { shards: 1, quota: { limit: 80, colour: COLOURS[0], colourLimit: 12 } },
];

/** One form with one ledger, one that is spread over several, and one whose places run out. */
export async function createForms(reader: Reader): Promise<Pick<TortureForm, "id" | "shards" | "quota">[]> {
  const forms = [];
  for (const { shards, quota } of KINDS) {
    const schema = { fields: FIELDS, settings: settingsOf({ shards, quota }) };
    const title = `Torture, ${quota === null ? `${shards} ledgers` : `${quota.limit} places`}`;
    const { id } = await reader.post<{ id: string }>("/api/v1/forms", { title, schema });
    await reader.post(`/api/v1/forms/${id}/publish`);
    forms.push({ id, shards, quota });
  }
  return forms;
}

function settingsOf({ shards, quota }: Kind): Record<string, unknown> {
  return {
    ...(shards === 1 ? {} : { shards }),
    ...(quota === null
      ? {}
      : { quota: { limit: quota.limit }, quotas: [{ field: "colour", value: quota.colour, limit: quota.colourLimit }] }),
  };
}
