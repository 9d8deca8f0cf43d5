// pure. Templates over JSON: every text in it may hold placeholders; the shape around them stays as it is.

import { type Moment, Run, type Value } from "./run";
import { compileText, type Expression } from "./source";
import type { Problem } from "./tokens";
import type { Scope } from "./types";

/** `path`: where in the JSON, `data.items.0`; "" for the whole. */
export type TemplateProblem = Problem & { path: string };

export interface Template {
  /** The names from the scope that it looks at. */
  names: ReadonlySet<string>;
  render(run: Run): Value;
}

export type TemplateResult = { ok: true; template: Template } | { ok: false; errors: TemplateProblem[] };

const MAX_DEPTH = 20;
const MAX_PARTS = 5_000;
const MAX_PROBLEMS = 20;

export function compileTemplate(json: unknown, scope: Scope): TemplateResult {
  const errors: TemplateProblem[] = [];
  const names = new Set<string>();
  let parts = 0;
  const refuse = (path: string, message: string, offset = 0) => {
    if (errors.length < MAX_PROBLEMS) errors.push({ path, message, offset });
    return () => null;
  };

  const compile = (part: unknown, path: string, depth: number): ((run: Run) => Value) => {
    if (++parts > MAX_PARTS) return parts === MAX_PARTS + 1 ? refuse(path, `A template has at most ${MAX_PARTS} parts.`) : () => null;
    if (depth > MAX_DEPTH) return refuse(path, `A template nests at most ${MAX_DEPTH} levels deep.`);
    if (typeof part === "string") return compileString(part, path);
    if (Array.isArray(part)) {
      const items = part.map((item, at) => compile(item, join(path, String(at)), depth + 1));
      return (run) => items.map((item) => item(run));
    }
    if (part !== null && typeof part === "object") {
      const members = Object.entries(part).map(([name, member]) => [name, compile(member, join(path, name), depth + 1)] as const);
      // Defines each member on the new object itself, whatever its name is.
      return (run) => Object.fromEntries(members.map(([name, member]) => [name, member(run)]));
    }
    const value = typeof part === "number" || typeof part === "boolean" ? part : null;
    return () => value;
  };

  const compileString = (text: string, path: string): ((run: Run) => Value) => {
    if (!text.includes("{{")) return () => text;
    const result = compileText(text, scope);
    if (!result.ok) {
      for (const { message, offset } of result.errors) refuse(path, message, offset);
      return () => null;
    }
    for (const name of result.expression.names) names.add(name);
    return result.expression.run;
  };

  const render = compile(json, "", 1);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, template: { names, render } };
}

/** Throws `ExpressionLimitError` when it would cost more than it may; nothing else. */
export function renderTemplate(template: Template | Expression, values: Readonly<Record<string, unknown>>, moment: Moment): Value {
  const run = new Run(values, moment);
  return "render" in template ? template.render(run) : template.run(run);
}

function join(path: string, name: string): string {
  const part = name.slice(0, 100);
  return path === "" ? part : `${path}.${part}`;
}
