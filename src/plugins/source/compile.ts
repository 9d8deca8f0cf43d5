// From source to what an isolate runs. Compiling is pure; what was compiled lately is remembered, because each run asks for it.
import { hash } from "node:crypto";
import { toFactory } from "./factory";
import { toMeteredModule } from "./meter";
import { parseSource } from "./parse";

export type CompileMode = "strict" | "metered";

export interface Compiled {
  digest: string;
  code: string;
}

const MOST = 100;
const MOST_CHARACTERS = 8 * 1024 * 1024;
const known = new Map<string, Compiled>();
let characters = 0;

export function compile(source: string, mode: CompileMode): Compiled {
  const digest = hash("sha256", `${mode}\0${source}`, "base64url").slice(0, 22);
  const found = known.get(digest);
  if (found !== undefined) return found;
  const parsed = parseSource(source);
  const compiled = { digest, code: mode === "strict" ? toFactory(parsed) : toMeteredModule(parsed) };
  known.set(digest, compiled);
  characters += compiled.code.length;
  for (const [oldest, { code }] of known) {
    if (known.size <= MOST && characters <= MOST_CHARACTERS) break;
    known.delete(oldest);
    characters -= code.length;
  }
  return compiled;
}
