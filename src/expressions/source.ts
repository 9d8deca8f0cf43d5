// pure. The texts people write: an expression, words with placeholders between them, or placeholders with operators between
// them. Which of the three it is, the text itself says.
import { type Compiled, Compiler, literal } from "./compile";
import { type Node, parse } from "./parse";
import { type Moment, Run, type Value } from "./run";
import { type Problem, SyntaxProblem, type Token, tokensOf } from "./tokens";
import { type Scope, TEXT, type Type } from "./types";
import { toText } from "./values";

export const MAX_EXPRESSION = 4_000;
const MAX_TEMPLATE_TEXT = 20_000;

export interface Expression {
  type: Type;
  /** The names from the scope that it looks at. */
  names: ReadonlySet<string>;
  run(run: Run): Value;
}

export type CompileResult = { ok: true; type: Type; expression: Expression } | { ok: false; errors: Problem[] };

/** `{{a}} + {{b}}` is worked out, `{{a}} {{b}}` is written out, `a + b` needs no braces, and `{{a}}` alone keeps its type. */
export function compileExpression(source: string, scope: Scope): CompileResult {
  if (source.length > MAX_EXPRESSION) return failed(`An expression has at most ${MAX_EXPRESSION} characters.`, MAX_EXPRESSION);
  if (source.trim() === "") return failed("There is nothing to work out yet.", 0);
  if (!source.includes("{{")) return wholly(source, scope);
  const parts = splitText(source);
  if (!Array.isArray(parts)) return { ok: false, errors: [parts] };
  const only = onlyPlaceholder(parts);
  if (only !== null) return wholly(source, scope, only.from, only.to);
  const worked = asOperation(source, scope, parts);
  return worked ?? written(source, scope, parts);
}

/** Text for people or machines: what stands outside the braces is kept as it is, always. */
export function compileText(source: string, scope: Scope): CompileResult {
  if (source.length > MAX_TEMPLATE_TEXT) return failed(`A text has at most ${MAX_TEMPLATE_TEXT} characters.`, MAX_TEMPLATE_TEXT);
  const parts = splitText(source);
  if (!Array.isArray(parts)) return { ok: false, errors: [parts] };
  const [first] = parts;
  if (parts.length === 1 && first?.kind === "placeholder") return wholly(source, scope, first.from, first.to);
  return written(source, scope, parts);
}

/** Throws `ExpressionLimitError` when it would cost more than it may; nothing else. */
export function evaluate(expression: Expression, values: Readonly<Record<string, unknown>>, moment: Moment): Value {
  return expression.run(new Run(values, moment));
}

type Part = { kind: "words"; text: string; from: number; to: number } | { kind: "placeholder"; from: number; to: number };

function wholly(source: string, scope: Scope, from = 0, to = source.length): CompileResult {
  try {
    const compiler = new Compiler(scope);
    const compiled = compiler.compile(parse(tokensOf(source, from, to)));
    return compiler.problems.length > 0 ? { ok: false, errors: compiler.problems } : made(compiled, compiler.used);
  } catch (error) {
    if (error instanceof SyntaxProblem) return failed(error.message, error.offset);
    throw error;
  }
}

function written(source: string, scope: Scope, parts: readonly Part[]): CompileResult {
  const compiler = new Compiler(scope);
  const pieces: Compiled[] = [];
  for (const part of parts) {
    if (part.kind === "words") pieces.push(literal(part.text));
    else {
      try {
        pieces.push(compiler.compile(parse(tokensOf(source, part.from, part.to))));
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        compiler.problem(error.message, error.offset);
      }
    }
  }
  if (compiler.problems.length > 0) return { ok: false, errors: compiler.problems };
  const run = (run: Run): Value => {
    let text = "";
    for (const piece of pieces) {
      const next = toText(piece.run(run));
      run.makeText(next.length);
      text += next;
    }
    return text;
  };
  return made({ type: TEXT, run }, compiler.used);
}

/**
 * Placeholders with operators or functions around them. Null when the text is no expression; and when it could be one by its
 * signs alone, but those are also signs that people write between words: `{{city}} - {{country}}`.
 */
function asOperation(source: string, scope: Scope, parts: readonly Part[]): CompileResult | null {
  let tree: Node;
  let outside: Token[];
  try {
    const tokens = tokensOf(source);
    const opened = tokens.filter(({ kind, value }) => kind === "sign" && value === "{{").length;
    if (opened !== parts.filter(({ kind }) => kind === "placeholder").length) return null;
    outside = parts.flatMap((part) => (part.kind === "words" ? tokensOf(source, part.from, part.to).slice(0, -1) : []));
    tree = parse(tokens);
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
  if (outside.every(({ kind, value }) => kind === "sign" && (value === "(" || value === ")"))) return null;
  const compiler = new Compiler(scope);
  const compiled = compiler.compile(tree);
  if (compiler.problems.length === 0) return made(compiled, compiler.used);
  const isProse = outside.every(({ kind, value }) => kind === "number" || PROSE.has(String(value)));
  return isProse ? null : { ok: false, errors: compiler.problems };
}

const PROSE: ReadonlySet<string> = new Set(["-", "/", "(", ")", "and", "or", "in"]);

/** Cuts at `{{` and `}}`, but not at those inside quotation marks within a placeholder. */
function splitText(source: string): Part[] | Problem {
  const parts: Part[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("{{", at);
    const end = open === -1 ? source.length : open;
    if (end > at) parts.push({ kind: "words", text: source.slice(at, end), from: at, to: end });
    if (open === -1) break;
    const close = closingOf(source, open + 2);
    if (close === -1) return { message: "This placeholder is never closed.", offset: open };
    parts.push({ kind: "placeholder", from: open + 2, to: close });
    at = close + 2;
  }
  return parts;
}

function closingOf(source: string, from: number): number {
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const char = source.charAt(at);
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "}" && source.charAt(at + 1) === "}") return at;
  }
  return -1;
}

function onlyPlaceholder(parts: readonly Part[]): Extract<Part, { kind: "placeholder" }> | null {
  const [found, ...more] = parts.filter((part) => part.kind === "placeholder");
  const blank = parts.every((part) => part.kind === "placeholder" || part.text.trim() === "");
  return found !== undefined && more.length === 0 && blank ? found : null;
}

function made({ type, run }: Compiled, names: ReadonlySet<string>): CompileResult {
  return { ok: true, type, expression: { type, names, run } };
}

function failed(message: string, offset: number): CompileResult {
  return { ok: false, errors: [{ message, offset }] };
}
