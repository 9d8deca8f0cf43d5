// Keeps a CSV file a day in the workspace's bucket, a line for each response, each once.
import { type ConfigSchema, FormPlugin, type PluginContext, type ResponsePayload } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    folder: { type: "string", title: "Folder", default: "responses", maxLength: 50 },
    fields: { type: "array", items: { type: "string", maxLength: 64 }, title: "Columns", maxItems: 200 },
  },
  required: ["fields"],
} as const satisfies ConfigSchema;

const ATTEMPTS = 8;
/** A file may have a mebibyte; then the next part begins. */
const FULL_CHARACTERS = 700_000;

export default class CsvArchiver extends FormPlugin<typeof config> {
  static override title = "CSV archiver";
  static override description = "Writes each response into a CSV file of its day.";
  static override config = config;
  static override permissions = ["files"] as const;

  override async onResponseSubmitted(response: ResponsePayload, ctx: PluginContext) {
    const day = response.submitted_at.slice(0, 10);
    const row = line([response.id, response.submitted_at, ...this.config.fields.map((name) => response.data[name])]);
    let part = 1;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const name = `${this.config.folder}/${response.form_id}/${day}${part === 1 ? "" : `-${part}`}.csv`;
      const file = await ctx.files.get(name);
      // Told twice, or written by a run that died before it could say so.
      if (file?.text.includes(`\n${response.id},`)) return;
      if (file !== null && file.text.length > FULL_CHARACTERS) {
        part++;
        attempt--;
        continue;
      }
      const text = `${file?.text ?? line(["id", "submitted_at", ...this.config.fields])}${row}`;
      // Only if nobody has written it since: two responses of one moment must not overwrite each other.
      const { written } = await ctx.files.put(name, text, { type: "text/csv", ifMatch: file?.etag ?? null });
      if (written) {
        ctx.log(`wrote ${response.id} into ${name}`);
        return;
      }
    }
    throw new Error("The file is being written by too many at once.");
  }
}

function line(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\n`;
}

function cell(value: unknown): string {
  const text = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  // A spreadsheet would run what begins like a formula.
  const safe = "=+-@\t\r".includes(text.charAt(0)) && text !== "" && Number.isNaN(Number(text)) ? `'${text}` : text;
  return safe.includes('"') || safe.includes(",") || safe.includes("\n") || safe.includes("\r") ? `"${safe.split('"').join('""')}"` : safe;
}
