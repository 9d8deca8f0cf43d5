// The real server, killed outright in the middle of an export: nothing of it is in the bucket, and the next attempt makes it whole.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bucketContents, fillForm } from "../../../tools/lib/fill-store.ts";
import { storeFile } from "../../../tools/lib/torture/store-files.ts";
import { type Client, clientOf, createForm, waitForExport } from "../support/client.ts";
import { emptyState, isRunning, type Running, start, until } from "../support/headwater.ts";

const ROWS = 60_000;
const DATA = "json_object('name', 'Person ' || i, 'note', substr(replace(hex(zeroblob(200)), '00', 'lorem '), 1, 400), 'score', i % 10)";
const state = emptyState();
const stores = join(state.folder, "stores");
let server: Running;
let client: Client;
let formId: string;

const begin = async () => {
  server = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1", HEADWATER_LIMITS: "off" } });
  client = clientOf(server, state.folder);
};

async function killEverything(): Promise<void> {
  const pids = server.pids();
  // The server before whoever watches over it: it would otherwise have time to finish.
  for (const pid of pids.toReversed()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It went with its parent.
    }
  }
  await until(() => !pids.some(isRunning));
}

function contents(): ReturnType<typeof bucketContents> {
  const folder = join(stores, "r2/miniflare-R2BucketObject");
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => bucketContents(join(folder, name)));
  return {
    keys: all.flatMap(({ keys }) => keys).filter((key) => key.startsWith("exports/")),
    uploads: all.reduce((sum, { uploads }) => sum + uploads, 0),
  };
}

/** The time that a dead worker's lease takes to run out, and its job's message to be sent again. */
function letTimePass(): void {
  const store = new DatabaseSync(storeFile(stores));
  store.exec("UPDATE jobs SET due_at = due_at - 300000 WHERE status = 'running'");
  store.close();
}

interface Row {
  id: string;
  status: string;
  progress: number;
}

/** The newest export of this format, looked up in the store itself: while it writes a large file a local server answers late. */
function newest(format: string): Row {
  const store = new DatabaseSync(storeFile(stores), { readOnly: true });
  try {
    const row = store
      .prepare(
        "SELECT e.id AS id, j.status AS status, j.progress AS progress FROM exports e JOIN jobs j ON j.id = e.job_id WHERE e.format = ? ORDER BY e.id DESC",
      )
      .get(format);
    return (row as Row | undefined) ?? { id: "", status: "none", progress: 0 };
  } finally {
    store.close();
  }
}

function jobsLeft(): number {
  const store = new DatabaseSync(storeFile(stores), { readOnly: true });
  try {
    return Number(store.prepare("SELECT count(*) AS n FROM jobs WHERE status IN ('queued', 'running')").get()?.n);
  } finally {
    store.close();
  }
}

describe.runIf(process.platform === "linux")("killed in the middle of an export", () => {
  beforeAll(async () => {
    await begin();
    formId = await createForm(client, "Killed", [
      { name: "name", type: "short_text", label: "Name" },
      { name: "note", type: "long_text", label: "Note" },
      { name: "score", type: "number", label: "Score" },
    ]);
    await client.json("POST", `/api/v1/forms/${formId}/responses`, { data: { name: "The last", score: 1 } });
    await client.json("GET", `/api/v1/forms/${formId}/responses`);
    server.signal("SIGTERM");
    await server.exited;
    fillForm(stores, formId, ROWS, DATA);
    await begin();
  }, 180_000);

  afterAll(async () => {
    await killEverything();
    state.remove();
  });

  test.each([
    ["jsonl", [0, 0.1]],
    ["xlsx", [0]],
  ] as const)("%s: nothing is left behind, and it is whole in the end", { timeout: 240_000 }, async (format, shares) => {
    const before = contents();
    // Not waited for: its reply may come when the file is there already.
    client.call("POST", "/api/v2/reports/exports", { form_id: formId, format }).catch(() => {});
    let killed = 0;
    for (const share of shares) {
      await until(() => newest(format).status === "done" || (newest(format).status === "running" && newest(format).progress >= share));
      await killEverything();
      const { status, progress } = newest(format);
      // On a fast machine it may have been done before we came.
      if (status === "running" && progress < 0.9) {
        killed += 1;
        expect(contents().keys.filter((key) => !key.endsWith(".rest"))).toEqual(before.keys);
      }
      letTimePass();
      await begin();
      // Any message of its queue finds the one that is due longest.
      const other = { form_id: formId, format: "json", fields: ["score"], filter: { name: { $eq: `Person ${share * 10}` } } };
      client.call("POST", "/api/v2/reports/exports", other).catch(() => {});
    }
    const { id } = newest(format);
    expect(killed).toBeGreaterThan(0);
    const done = await waitForExport(client, id);
    expect(done).toMatchObject({ status: "done", rows: ROWS + 1 });
    const file = new Uint8Array(await (await fetch(done.download_url ?? "")).arrayBuffer());
    if (format === "jsonl") {
      const lines = new TextDecoder().decode(file).trimEnd().split("\n");
      expect(lines).toHaveLength(ROWS + 1);
      expect(JSON.parse(lines[41_234] ?? "").data.name).toBe("Person 41235");
    }
    await until(() => jobsLeft() === 0);
    const own = contents().keys.filter((key) => key.includes(id));
    expect(own).toHaveLength(1);
    expect(contents().uploads).toBe(0);
  });
});
