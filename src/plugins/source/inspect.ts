// What a plugin's class declares, asked in the isolate where it would run: reading a class's statics is running its code.
import { z } from "zod";
import { Declared } from "../declared";
import { ShutGate } from "../gate";
import { DESCRIBE_LIMITS } from "../limits";
import { execute } from "../run/execute";
import { type CompileMode, compile } from "./compile";
import { complaint } from "./parse";

const LINE = /\(line (\d+)\)$/;

/** Throws InvalidError, with line and column, for source that is no plugin. */
export async function inspectSource(env: Env, source: string, mode: CompileMode): Promise<Declared> {
  const { code } = compile(source, mode);
  const raw = await execute(
    env,
    // In the strict mode an isolate holds nothing of a plugin between two runs, so one serves them all.
    { key: mode === "strict" ? "inspect" : null, mode, factory: code },
    { hook: null, input: "{}", limits: DESCRIBE_LIMITS },
    new ShutGate(),
  );
  if (raw.outcome !== "ok" || raw.value === null) {
    const why = raw.error ?? "It does not load.";
    const line = Number(LINE.exec(why)?.[1] ?? lineOfDefault(source));
    throw complaint(line, 1, why.replace(LINE, "").trim(), /must be a class/.test(why) ? "no_class" : "does_not_load");
  }
  const declared = Declared.safeParse(JSON.parse(raw.value));
  if (!declared.success) {
    const [issue] = declared.error.issues;
    throw complaint(
      lineOfDefault(source),
      1,
      `static ${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? "is not valid"}`,
      "bad_declaration",
    );
  }
  return declared.data;
}

function lineOfDefault(source: string): number {
  const at = source.search(/export\s+default|as\s+default/);
  return at < 0 ? 1 : source.slice(0, at).split("\n").length;
}
