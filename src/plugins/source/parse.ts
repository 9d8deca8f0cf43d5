// pure. A plugin's source: parsed as the module it is, with every complaint at its line and column.
import { type Node, type Program, parse } from "acorn";
import { InvalidError, type Issue } from "../../shared/errors";

export const MAX_SOURCE = 256 * 1024;
/** What a plugin may import, because its author's editor wants it: everything else would be somebody else's code. */
const SDK_MODULE = "headwater";
/** Ours inside a metered plugin; nobody else may have a name like it. */
export const OUR_NAME = "$hw";

export interface Parsed {
  source: string;
  program: Program;
}

/** A node as the walk sees it: acorn's types are a union of eighty, and a walk asks for none of them. */
export type AnyNode = Node & { [key: string]: unknown };

export function parseSource(source: string): Parsed {
  if (source.length > MAX_SOURCE) throw complaint(1, 1, `The source may have at most ${MAX_SOURCE} characters.`, "too_long");
  let program: Program;
  try {
    program = parse(source, { ecmaVersion: 2024, sourceType: "module", allowAwaitOutsideFunction: false, locations: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    throw complaint(loc?.line ?? 1, (loc?.column ?? 0) + 1, message, "syntax");
  }
  walk(program, (node) => {
    const found = whyRefused(node);
    if (found !== null) throw complaintAt(node, found);
  });
  return { source, program };
}

function whyRefused(node: AnyNode): string | null {
  switch (node.type) {
    case "ImportDeclaration":
      return whyNotImported(node);
    case "ImportExpression":
      return "A plugin cannot import at run time.";
    case "MetaProperty":
      return (node.meta as { name: string }).name === "import" ? "A plugin has no import.meta." : null;
    case "ExportAllDeclaration":
      return "A plugin cannot export from elsewhere.";
    case "ExportNamedDeclaration":
      return node.source === null || node.source === undefined ? null : "A plugin cannot export from elsewhere.";
    case "Identifier":
    case "PrivateIdentifier":
      return String(node.name).startsWith(OUR_NAME) ? `Names that begin with ${OUR_NAME} are taken.` : null;
    default:
      return null;
  }
}

function whyNotImported(node: AnyNode): string | null {
  const from = (node.source as { value: unknown }).value;
  if (from !== SDK_MODULE) return `A plugin is one module: it cannot import "${String(from)}". Bundle what it needs.`;
  const onlyBase = (node.specifiers as AnyNode[]).every(
    (part) => part.type === "ImportSpecifier" && (part.imported as { name?: string }).name === "FormPlugin",
  );
  return onlyBase ? null : `"${SDK_MODULE}" has nothing but FormPlugin.`;
}

/** Depth first, parents before children. */
export function walk(node: Node, visit: (node: AnyNode, parent: AnyNode | null) => void, parent: AnyNode | null = null): void {
  const here = node as AnyNode;
  visit(here, parent);
  for (const key of Object.keys(here)) {
    const value = here[key];
    if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, visit, here);
    if (isNode(value)) walk(value, visit, here);
  }
}

function isNode(value: unknown): value is Node {
  return (
    value !== null && typeof value === "object" && typeof (value as Node).type === "string" && typeof (value as Node).start === "number"
  );
}

export function complaintAt(node: Node, message: string, code = "not_allowed"): InvalidError {
  return complaint(node.loc?.start.line ?? 1, (node.loc?.start.column ?? 0) + 1, message, code);
}

export function complaint(line: number, column: number, message: string, code: string): InvalidError {
  const issue: Issue = { path: "source", message: `Line ${line}, column ${column}: ${message}`, code, line, column };
  return new InvalidError("The source of the plugin cannot be used; `errors` says where.", [issue], "invalid_source");
}
