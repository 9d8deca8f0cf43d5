// Files made of answers while some of them are being erased: in the end none may hold what is gone.
import type { Client } from "./client.ts";
import type { TortureForm } from "./model.ts";
import type { Reader } from "./reader.ts";
import type { BulkStore } from "./store.ts";

/** The sweep comes each minute, and has four minutes' patience with what it has sent twice. */
const WITHIN_MS = 420_000;
const LOOK_EVERY_MS = 1_000;

export async function orderExport(client: Client, form: TortureForm): Promise<void> {
  const reply = await client.send("POST", "/api/v2/reports/exports", { body: { form_id: form.id, format: "jsonl" } });
  if (reply?.status === 202) form.exports.push((JSON.parse(reply.text) as { id: string }).id);
  else if (reply !== null) client.unexpected("An export", reply);
}

/** Until every file is made or given up, and every follower has been told of every entry: the sweep each minute sees to both. */
export async function comeToRest(reader: Reader, forms: readonly TortureForm[], store: BulkStore): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    let busy = Number((await store.read<{ n: number }>("SELECT count(*) AS n FROM ledger_outbox"))[0]?.n ?? 0);
    for (const id of forms.flatMap((form) => form.exports)) {
      const { status } = await reader.get<{ status: string }>(`/api/v2/reports/exports/${id}`);
      if (status === "queued" || status === "running") busy += 1;
    }
    if (busy === 0) return;
    if (Date.now() > deadline) throw new Error(`${busy} exports and ranges of entries are still waiting after ${WITHIN_MS / 1_000} s.`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}
