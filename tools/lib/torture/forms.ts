import { COLOURS, MAX_SCORE, type TortureForm } from "./model.ts";
import type { Reader } from "./reader.ts";

const FIELDS = [
  { name: "mark", type: "short_text", label: "Mark", required: true },
  { name: "colour", type: "select", label: "Colour", required: true, options: COLOURS.map((value) => ({ value, label: value })) },
  { name: "score", type: "number", label: "Score", required: true, validation: { min: 0, max: MAX_SCORE } },
];

/** One form with one ledger, and one that is spread over several. */
export async function createForms(reader: Reader): Promise<Pick<TortureForm, "id" | "shards">[]> {
  const forms = [];
  for (const shards of [1, 3]) {
    const schema = { fields: FIELDS, ...(shards === 1 ? {} : { settings: { shards } }) };
    const { id } = await reader.post<{ id: string }>("/api/v1/forms", { title: `Torture, ${shards} ledgers`, schema });
    await reader.post(`/api/v1/forms/${id}/publish`);
    forms.push({ id, shards });
  }
  return forms;
}
