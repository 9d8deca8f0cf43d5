// What a template's tags ask for, and whether we can answer: an error names the tag and says what could stand there.
import Docxtemplater from "docxtemplater";
import type PizZip from "pizzip";
import { compileExpression, type Scope } from "../../expressions";
import { type Level, scopeOf } from "./vocabulary";

export interface TagProblem {
  tag: string;
  message: string;
  code: "unknown_tag" | "broken_tag";
}

export interface Checked {
  /** As they stand in the document, loops with `#`. */
  tags: string[];
  problems: TagProblem[];
}

export const DELIMITERS = { start: "{{", end: "}}" } as const;
const MAX_PROBLEMS = 50;
const MAX_TAGS = 500;
const PLAIN_NAME = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;

/** What docxtemplater has made of one tag; of loops, with what stands in them. */
interface Part {
  type: string;
  value?: string;
  subparsed?: readonly Part[];
}

/** Overhears what is parsed. The library's own module for that pulls in all of lodash. */
class Listener {
  readonly name = "listener";
  readonly files: (readonly Part[])[] = [];

  set(told: { inspect?: { postparsed?: readonly Part[] } }): void {
    if (told.inspect?.postparsed !== undefined) this.files.push(told.inspect.postparsed);
  }
}

export function checkTemplate(zip: PizZip, vocabulary: Level, form: Scope | null): Checked {
  const listener = new Listener();
  try {
    // Compiled and thrown away: what a tag says is checked below, where its loop is known.
    new Docxtemplater(zip, { delimiters: DELIMITERS, paragraphLoop: true, linebreaks: true, modules: [listener], errorLogging: false });
  } catch (error) {
    return { tags: [], problems: brokenTags(error) };
  }
  const checked: Checked = { tags: [], problems: [] };
  for (const parts of listener.files) walk(parts, [vocabulary], form, checked);
  return checked;
}

function walk(parts: readonly Part[], levels: readonly Level[], form: Scope | null, checked: Checked): void {
  for (const { type, value = "", subparsed } of parts) {
    if (type !== "placeholder") continue;
    const tag = value.trim();
    const shown = subparsed === undefined ? tag : `#${tag}`;
    if (checked.tags.length < MAX_TAGS && !checked.tags.includes(shown)) checked.tags.push(shown);
    const within = meaningOf(tag, levels, form);
    if (typeof within === "string") {
      if (checked.problems.length < MAX_PROBLEMS) checked.problems.push({ tag, message: within, code: "unknown_tag" });
    } else if (subparsed !== undefined) walk(subparsed, within === null ? levels : [within, ...levels], form, checked);
  }
}

/** What may be said within it; null when that is what may be said around it; a text when it means nothing. */
function meaningOf(tag: string, levels: readonly Level[], form: Scope | null): Level | null | string {
  if (tag === "." || tag === "") return null;
  for (const { names } of levels) if (names.has(tag)) return names.get(tag) ?? null;
  if (PLAIN_NAME.test(tag)) return levels.some(({ open }) => open) ? null : unknown(tag, levels);
  const result = compileExpression(tag, scopeOf(levels, form));
  if (result.ok) return null;
  const [first] = result.errors;
  return `“${tag.slice(0, 80)}” cannot be worked out: ${first?.message ?? "it is no expression."}`;
}

const MAX_NAMES = 40;

function unknown(tag: string, levels: readonly Level[]): string {
  const names = [...new Set(levels.flatMap((one) => [...one.names.keys()]))];
  const near = names.map((name) => ({ name, far: distance(tag, name) })).sort((a, b) => a.far - b.far)[0];
  const hint = near !== undefined && near.far <= Math.max(2, tag.length / 3) ? ` Did you mean “${near.name}”?` : "";
  const elsewhere = levels.length === 1 && levels[0]?.names.get("responses")?.names.has(tag) === true;
  const where = elsewhere ? " It is a response's: put it between {{#responses}} and {{/responses}}." : "";
  return `There is nothing called “${tag.slice(0, 80)}” here.${where}${hint} Allowed: ${names.slice(0, MAX_NAMES).join(", ")}${names.length > MAX_NAMES ? ", …" : ""}.`;
}

interface TemplateError {
  message?: string;
  properties?: { id?: string; xtag?: string; explanation?: string; errors?: TemplateError[] };
}

export function brokenTags(error: unknown): TagProblem[] {
  const { properties, message } = error as TemplateError;
  const errors = properties?.errors ?? [error as TemplateError];
  return errors.slice(0, MAX_PROBLEMS).map((one) => ({
    tag: String(one.properties?.xtag ?? "")
      .replace(/^[{}]+|[{}]+$/g, "")
      .trim()
      .slice(0, 100),
    message: one.properties?.explanation ?? one.message ?? message ?? "The template cannot be read.",
    code: "broken_tag" as const,
  }));
}

/** How many letters would have to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
