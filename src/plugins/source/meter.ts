// pure. Puts a meter into a plugin's source for the metered mode: whatever can be done again is counted, and what the counter
// cannot bound is refused where it stands. What the built-in functions do is bounded in the isolate (isolate/harden.ts).
import type { Node } from "acorn";
import MagicString from "magic-string";
import { patternLimit } from "../../forms";
import { unwrapModule } from "./factory";
import { type AnyNode, complaintAt, OUR_NAME, type Parsed, walk } from "./parse";

/** Long stretches without a loop are work as well: one unit for about so many characters of a body. */
const CHARACTERS_PER_UNIT = 100;
const LONG_LITERAL = 16;

const REFUSED_NAMES: Readonly<Record<string, string>> = {
  eval: "`eval` runs what nobody has looked at.",
  Function: "Functions made from text run what nobody has looked at.",
  RegExp: "A pattern made at run time cannot be bounded here; write it as a literal, or use the strict mode.",
  BigInt: "Large whole numbers cannot be bounded here; use the strict mode.",
  WebAssembly: "There is no WebAssembly in a plugin.",
  Proxy: "A proxy cannot be metered; use the strict mode.",
  SharedArrayBuffer: "There is no shared memory in a plugin.",
  Atomics: "There is no shared memory in a plugin.",
};

export function toMeteredModule(parsed: Parsed): string {
  const text = new MagicString(parsed.source);
  unwrapModule(parsed, text);
  walk(parsed.program, (node, parent) => meterNode(text, parsed.source, node, parent));
  return `export default function (FormPlugin, ${OUR_NAME}) { "use strict"; ${text.toString()}\n}`;
}

function meterNode(text: MagicString, source: string, node: AnyNode, parent: AnyNode | null): void {
  const wrap = (inner: Node, name: string, more = "") => {
    text.appendRight(inner.start, `${OUR_NAME}.${name}(`);
    text.prependLeft(inner.end, `${more})`);
  };
  switch (node.type) {
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ForOfStatement":
    case "ForInStatement":
      tickBody(text, node.body as AnyNode);
      if (node.type === "ForInStatement") wrap(node.right as Node, "s");
      if (node.type !== "WhileStatement" && node.type !== "DoWhileStatement") refuseLoopTarget(node);
      return;
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      for (const parameter of node.params as AnyNode[]) refuseRests(parameter, true);
      if ((node.body as AnyNode).type === "BlockStatement") tickBlock(text, node.body as AnyNode);
      else tickBefore(text, node.body as AnyNode);
      return;
    case "StaticBlock":
      text.appendRight(node.start + source.slice(node.start, node.end).indexOf("{") + 1, ` ${OUR_NAME}.t(${unitsOf(node)});`);
      return;
    case "PropertyDefinition":
      if (!node.computed && nameOf(node.key as AnyNode) === "length") throw complaintAt(node, "A field cannot be called length here.");
      if (node.computed) wrap(node.key as Node, "k");
      if (node.value) tickBefore(text, node.value as AnyNode);
      return;
    case "AssignmentPattern":
      tickBefore(text, node.right as AnyNode);
      return;
    case "TryStatement":
      // The meter is spent for good: whoever catches its error meets it again at the next step.
      if (node.handler) tickBlock(text, (node.handler as AnyNode).body as AnyNode);
      if (node.finalizer) tickBlock(text, node.finalizer as AnyNode);
      return;
    case "CatchClause":
      if (node.param) refuseRests(node.param as AnyNode, false);
      return;
    case "AwaitExpression":
    case "YieldExpression":
      wrap(node, "w");
      return;
    case "BinaryExpression":
      if (node.operator === "+") wrap(node, "a");
      return;
    case "TemplateLiteral":
      if ((node.expressions as Node[]).length > 0 && parent?.type !== "TaggedTemplateExpression") wrap(node, "a");
      return;
    case "AssignmentExpression":
      meterAssignment(wrap, node);
      return;
    case "VariableDeclarator":
      if (node.init && hasRest(node.id as AnyNode)) wrap(node.init as Node, "s");
      return;
    case "SpreadElement":
      wrap(node.argument as Node, "s");
      return;
    case "ArrayExpression":
      if ((node.elements as Node[]).length > LONG_LITERAL) wrap(node, "n", `, ${(node.elements as Node[]).length}`);
      return;
    case "ObjectExpression":
      if ((node.properties as Node[]).length > LONG_LITERAL) wrap(node, "n", `, ${(node.properties as Node[]).length}`);
      return;
    case "Literal":
      meterLiteral(wrap, node);
      return;
    case "Identifier":
      refuseName(node, parent);
      return;
  }
}

type Wrap = (inner: Node, name: string, more?: string) => void;

function meterAssignment(wrap: Wrap, node: AnyNode): void {
  const left = node.left as AnyNode;
  if (left.type === "MemberExpression") {
    if (left.computed) wrap(left.property as Node, "k");
    else if (nameOf(left.property as AnyNode) === "length") {
      if (node.operator !== "=") throw complaintAt(node, "A length can only be set with `=` here.");
      wrap(node.right as Node, "l");
    }
  } else if (left.type === "ArrayPattern" || left.type === "ObjectPattern") {
    refuseMembers(left);
    if (hasRest(left)) wrap(node.right as Node, "s");
  }
  if (node.operator === "+=") wrap(node, "a");
}

function meterLiteral(wrap: Wrap, node: AnyNode): void {
  if (node.bigint !== undefined && node.bigint !== null) throw complaintAt(node, REFUSED_NAMES.BigInt ?? "");
  const regex = node.regex as { pattern: string; flags: string } | undefined;
  if (regex === undefined) return;
  const limit = patternLimit(regex.pattern);
  if (typeof limit === "string") throw complaintAt(node, `This pattern cannot be bounded: ${limit}. Use the strict mode.`);
  wrap(node, "r", `, ${limit}`);
}

/** A name as a variable; as a key of an object or a member it is only a word. */
function refuseName(node: AnyNode, parent: AnyNode | null): void {
  const why = Object.hasOwn(REFUSED_NAMES, String(node.name)) ? REFUSED_NAMES[String(node.name)] : undefined;
  if (why === undefined) return;
  const word =
    (parent?.type === "MemberExpression" && parent.property === node && !parent.computed) ||
    ((parent?.type === "Property" || parent?.type === "MethodDefinition" || parent?.type === "PropertyDefinition") &&
      parent.key === node &&
      !parent.computed &&
      !parent.shorthand);
  if (!word) throw complaintAt(node, why);
}

function tickBody(text: MagicString, body: AnyNode): void {
  if (body.type === "BlockStatement") {
    tickBlock(text, body);
    return;
  }
  text.appendRight(body.start, `{${OUR_NAME}.t(${unitsOf(body)}); `);
  text.prependLeft(body.end, "}");
}

function tickBlock(text: MagicString, block: AnyNode): void {
  text.appendRight(block.start + 1, `${OUR_NAME}.t(${unitsOf(block)});`);
}

function tickBefore(text: MagicString, expression: AnyNode): void {
  text.appendRight(expression.start, `(${OUR_NAME}.t(${unitsOf(expression)}), `);
  text.prependLeft(expression.end, ")");
}

function unitsOf(node: Node): number {
  return 1 + Math.floor((node.end - node.start) / CHARACTERS_PER_UNIT);
}

function nameOf(node: AnyNode): string {
  return String(node.name ?? node.value);
}

function hasRest(pattern: AnyNode): boolean {
  let found = false;
  walk(pattern, (node) => {
    found ||= node.type === "RestElement";
  });
  return found;
}

/** `...rest` copies what it is given, in one step. In the parameters themselves it copies what a call has already paid for. */
function refuseRests(pattern: AnyNode, outermostIsFine: boolean): void {
  const inner = outermostIsFine && pattern.type === "RestElement" ? (pattern.argument as AnyNode) : pattern;
  if (hasRest(inner)) throw complaintAt(pattern, "`...` within a pattern cannot be metered here; take it apart in a statement of its own.");
}

/** Patterns that assign to members could set a length unseen. */
function refuseMembers(pattern: AnyNode): void {
  walk(pattern, (node) => {
    if (node.type === "MemberExpression") throw complaintAt(node, "A pattern cannot assign to a member here.");
  });
}

function refuseLoopTarget(node: AnyNode): void {
  const left = node.left as AnyNode | undefined;
  if (left === undefined) return;
  if (left.type === "MemberExpression") throw complaintAt(left, "A loop cannot assign to a member here.");
  if (left.type === "ArrayPattern" || left.type === "ObjectPattern") refuseMembers(left);
  if (hasRest(left)) throw complaintAt(left, "`...` within the pattern of a loop cannot be metered here.");
}
