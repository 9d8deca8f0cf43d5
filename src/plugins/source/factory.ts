// pure. From a module to the body of a function that is given FormPlugin and returns the plugin's class: so that each run begins
// with a module that nothing has run in.
import type { Node } from "acorn";
import MagicString from "magic-string";
import { type AnyNode, complaint, complaintAt, type Parsed } from "./parse";

const CLASS = "$hwClass";

export function toFactory(parsed: Parsed): string {
  const text = new MagicString(parsed.source);
  unwrapModule(parsed, text);
  return text.toString();
}

/** Takes `import` and `export` out. Lines stay where they are: an error of the plugin names them. */
export function unwrapModule({ program, source }: Parsed, text: MagicString): void {
  let exported: string | null = null;
  for (const statement of program.body as AnyNode[]) {
    switch (statement.type) {
      case "ImportDeclaration":
        text.overwrite(statement.start, statement.end, sameLines(source, statement, importsOf(statement)));
        break;
      case "ExportDefaultDeclaration": {
        const declaration = statement.declaration as AnyNode;
        assertClass(program.body as AnyNode[], declaration);
        const name = (declaration.id as { name: string } | null | undefined)?.name;
        const named = declaration.type === "ClassDeclaration" && name !== undefined;
        text.overwrite(
          statement.start,
          declaration.start,
          sameLines(source, { start: statement.start, end: declaration.start }, named ? "" : `const ${CLASS} = `),
        );
        if (!named) text.appendRight(declaration.end, ";");
        exported = named ? name : CLASS;
        break;
      }
      case "ExportNamedDeclaration":
        if (statement.declaration !== null && statement.declaration !== undefined) {
          text.remove(statement.start, (statement.declaration as Node).start);
        } else {
          const local = defaultAmong(statement.specifiers as AnyNode[]);
          if (local !== null) {
            assertClass(program.body as AnyNode[], local);
            exported = (local as unknown as { name: string }).name;
          }
          text.overwrite(statement.start, statement.end, sameLines(source, statement, ""));
        }
        break;
    }
  }
  if (exported === null)
    throw complaint(1, 1, "There is no default export: a plugin is `export default class … extends FormPlugin`.", "no_class");
  text.append(`\nreturn ${exported};`);
}

function importsOf(statement: AnyNode): string {
  const renamed = (statement.specifiers as AnyNode[])
    .map((part) => (part.local as { name: string }).name)
    .filter((name) => name !== "FormPlugin");
  return renamed.map((name) => `const ${name} = FormPlugin;`).join(" ");
}

function defaultAmong(specifiers: AnyNode[]): AnyNode | null {
  const found = specifiers.find(({ exported }) => {
    const { name, value } = exported as { name?: string; value?: string };
    return (name ?? value) === "default";
  });
  return found === undefined ? null : (found.local as AnyNode);
}

/** A class that can be seen to extend something, or a name that may be one: the isolate has the last word. */
function assertClass(body: AnyNode[], node: AnyNode): void {
  const told = "The default export must be a class that extends FormPlugin.";
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    if (node.superClass === null || node.superClass === undefined) throw complaintAt(node, told, "no_class");
    return;
  }
  if (node.type !== "Identifier") {
    if (["CallExpression", "AssignmentExpression", "SequenceExpression", "ConditionalExpression"].includes(node.type)) return;
    throw complaintAt(node, told, "no_class");
  }
  for (const statement of body) {
    const declaration = (statement.type === "ExportNamedDeclaration" ? statement.declaration : statement) as AnyNode | null;
    if (declaration === null || declaration === undefined) continue;
    const sameName = (id: unknown) => (id as { name?: string } | null)?.name === node.name;
    if (declaration.type === "ClassDeclaration" && sameName(declaration.id)) assertClass(body, declaration);
    if (declaration.type === "FunctionDeclaration" && sameName(declaration.id)) throw complaintAt(declaration, told, "no_class");
    if (declaration.type === "VariableDeclaration") {
      for (const { id, init } of declaration.declarations as AnyNode[]) {
        if (sameName(id) && init !== null && (init as AnyNode).type !== "Identifier") assertClass(body, init as AnyNode);
      }
    }
  }
}

function sameLines(source: string, { start, end }: { start: number; end: number }, text: string): string {
  return text + "\n".repeat(source.slice(start, end).split("\n").length - 1);
}
