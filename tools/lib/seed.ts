// The demo workspace, made by the Worker itself through a door that is open during preparation alone (SEED_TOKEN).
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readJson, writePrivate } from "./state.ts";
import { Stop } from "./steps.mjs";

/** Raise it when the demo changes, so that an existing state gets what is new. */
export const SEED_VERSION = 1;
const TIMEOUT_MS = 120_000;

export interface Demo {
  url: string;
  email: string;
  password: string;
  api_key: string;
  workspace_id: string;
  form_id: string;
  form_slug: string;
}

interface SeedOptions {
  /** Where the Worker listens just now, and where it will be found afterwards. */
  origin: string;
  url: string;
  token: string;
  folder: string;
  empty: boolean;
  note: (text: string) => void;
}

type Credentials = Pick<Demo, "email" | "password" | "api_key">;

type Made = Pick<Demo, "workspace_id" | "form_id" | "form_slug"> & { responses: number; done: boolean };

export async function seed({ origin, url, token, folder, empty, note }: SeedOptions): Promise<Demo> {
  const credentials = chooseCredentials(folder);
  let made: Made;
  do {
    made = await seedSome(origin, token, { ...credentials, empty });
  } while (!made.done);
  note(empty ? "no answers added" : `${made.responses} answers`);
  return { url, ...credentials, workspace_id: made.workspace_id, form_id: made.form_id, form_slug: made.form_slug };
}

async function seedSome(origin: string, token: string, wish: Credentials & { empty: boolean }): Promise<Made> {
  const reply = await fetch(`${origin}/dev/seed`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Seed ${token}` },
    body: JSON.stringify(wish),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!reply.ok) throw new Stop(`The demo workspace could not be made (${reply.status}): ${await reply.text()}`);
  return (await reply.json()) as Made;
}

// Kept before they are used: a seed that was killed halfway goes on with the same ones, and the store keeps only their hashes.
function chooseCredentials(folder: string): Credentials {
  const file = join(folder, "demo-credentials.json");
  const known = readJson<Credentials>(file);
  if (known !== null) return known;
  const fresh = {
    email: "demo@headwater.example",
    password: `river-${randomBytes(6).toString("base64url")}`,
    api_key: `hw_${randomBytes(24).toString("base64url")}`,
  };
  writePrivate(file, fresh);
  return fresh;
}
