// The folder that holds everything a local Headwater must remember: its stores, its secrets, demo.json.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT } from "./paths.ts";

export interface State {
  folder: string;
  /** Where Miniflare keeps D1, KV, R2 and the objects. */
  stores: string;
  secrets: { APP_SECRET: string };
}

export function openState(folder = process.env.HEADWATER_STATE ?? join(ROOT, ".headwater")): State {
  const absolute = resolve(folder);
  const stores = join(absolute, "stores");
  mkdirSync(stores, { recursive: true, mode: 0o700 });
  chmodSync(absolute, 0o700);
  return { folder: absolute, stores, secrets: secretsIn(absolute) };
}

function secretsIn(folder: string): State["secrets"] {
  const file = join(folder, "secrets.json");
  const known = readJson<State["secrets"]>(file);
  if (known?.APP_SECRET !== undefined) return known;
  const fresh = { APP_SECRET: randomBytes(36).toString("base64url") };
  writePrivate(file, fresh);
  return fresh;
}

export function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return null;
  }
}

/** Whole or not at all, and for its owner only. */
export function writePrivate(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
