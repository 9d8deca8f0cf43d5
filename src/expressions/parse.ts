// pure. Words made into a tree, by binding power: the higher, the tighter. A pipe binds looser than arithmetic, so that
// `price * 1.19 | round(2)` rounds the product, and tighter than a comparison.

import type { Value } from "./run";
import { SyntaxProblem, type Token } from "./tokens";

export type Node = { offset: number } & (
  | { kind: "literal"; value: Value }
  | { kind: "name"; name: string }
  | { kind: "member"; of: Node; name: string }
  | { kind: "index"; of: Node; key: Node }
  | { kind: "list"; items: Node[] }
  | { kind: "call"; name: string; args: Node[] }
  | { kind: "unary"; sign: "-" | "not"; of: Node }
  | { kind: "binary"; sign: Binary; left: Node; right: Node }
  | { kind: "choose"; condition: Node; then: Node; otherwise: Node }
);

export type Binary = "+" | "-" | "*" | "/" | "%" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or" | "??" | "in" | "not in";

const SAME: Readonly<Record<string, string>> = { "=": "==", "<>": "!=", "&&": "and", "||": "or", "**": "^", "!": "not" };
const POWER: Readonly<Record<string, number>> = {
  "?": 1,
  "??": 2,
  or: 3,
  and: 4,
  "==": 6,
  "!=": 6,
  in: 6,
  "not in": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "|": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "^": 12,
  ".": 13,
  "[": 13,
};
const NOT_POWER = 5;
const MINUS_POWER = 11;
const MAX_DEPTH = 40;
const MAX_NODES = 1_000;
const MAX_ARGUMENTS = 50;
const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const RESERVED: ReadonlySet<string> = new Set(["and", "or", "not", "in"]);

export function parse(tokens: readonly Token[]): Node {
  const parser = new Parser(tokens);
  const node = parser.expression(0);
  parser.expectEnd();
  return node;
}

class Parser {
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(readonly tokens: readonly Token[]) {}

  expression(least: number): Node {
    const { offset } = this.#peek();
    if (++this.#depth > MAX_DEPTH) throw new SyntaxProblem(`An expression nests at most ${MAX_DEPTH} levels deep.`, offset);
    let left = this.#prefix();
    for (;;) {
      const sign = this.#operator();
      const power = POWER[sign] ?? 0;
      if (power === 0 || power <= least) break;
      left = this.#infix(sign, power, left);
    }
    this.#depth--;
    return left;
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== "end") throw new SyntaxProblem(`${shown(token)} is not expected here.`, token.offset);
  }

  #prefix(): Node {
    const token = this.#next();
    const { offset } = token;
    if (token.kind === "number" || token.kind === "text") return this.#made({ kind: "literal", value: token.value, offset });
    if (token.kind === "name" && token.value !== "not") return this.#named(token.value, offset);
    switch (SAME[token.value] ?? token.value) {
      case "(":
        return this.#enclosed(")", "This bracket is never closed.", offset);
      case "{{":
        return this.#enclosed("}}", "This placeholder is never closed.", offset);
      case "[":
        return this.#made({ kind: "list", items: this.#listed("]", offset), offset });
      case "-":
        return this.#made({ kind: "unary", sign: "-", of: this.expression(MINUS_POWER), offset });
      case "+":
        return this.expression(MINUS_POWER);
      case "not":
        return this.#made({ kind: "unary", sign: "not", of: this.expression(NOT_POWER), offset });
    }
    if (token.kind === "end") throw new SyntaxProblem("The expression stops where a value is expected.", offset);
    throw new SyntaxProblem(`A value is expected here, not ${shown(token)}.`, offset);
  }

  #named(name: string, offset: number): Node {
    if (RESERVED.has(name)) throw new SyntaxProblem(`A value is expected here, not “${name}”.`, offset);
    if (this.#taken("(")) return this.#made({ kind: "call", name, args: this.#listed(")", offset), offset });
    const constant = CONSTANTS.get(name);
    return this.#made(constant === undefined ? { kind: "name", name, offset } : { kind: "literal", value: constant, offset });
  }

  #enclosed(close: string, message: string, offset: number): Node {
    const inner = this.expression(0);
    if (!this.#taken(close)) throw this.#peek().kind === "end" ? new SyntaxProblem(message, offset) : this.#unexpected();
    return inner;
  }

  #infix(sign: string, power: number, left: Node): Node {
    const { offset } = this.#next();
    if (sign === "not in") this.#next();
    switch (sign) {
      case "?": {
        const then = this.expression(0);
        if (!this.#taken(":")) throw new SyntaxProblem("A condition with “?” needs a “:” and what holds otherwise.", offset);
        return this.#made({ kind: "choose", condition: left, then, otherwise: this.expression(0), offset });
      }
      case "|":
        return this.#piped(left);
      case ".":
        return this.#member(left);
      case "[": {
        const key = this.expression(0);
        if (!this.#taken("]")) throw new SyntaxProblem("This bracket is never closed.", offset);
        return this.#made({ kind: "index", of: left, key, offset });
      }
      case "^":
        return this.#made({ kind: "binary", sign, left, right: this.expression(power - 1), offset });
    }
    return this.#made({ kind: "binary", sign: sign as Binary, left, right: this.expression(power), offset });
  }

  #piped(left: Node): Node {
    const token = this.#next();
    if (token.kind !== "name") throw new SyntaxProblem("After “|” comes the name of a function.", token.offset);
    const more = this.#taken("(") ? this.#listed(")", token.offset) : [];
    return this.#made({ kind: "call", name: token.value, args: [left, ...more], offset: token.offset });
  }

  #member(left: Node): Node {
    const token = this.#next();
    if (token.kind !== "name") throw new SyntaxProblem("After a dot comes a name.", token.offset);
    return this.#made({ kind: "member", of: left, name: token.value, offset: token.offset });
  }

  #listed(close: string, offset: number): Node[] {
    const items: Node[] = [];
    if (this.#taken(close)) return items;
    do items.push(this.expression(0));
    while (this.#taken(","));
    if (!this.#taken(close))
      throw this.#peek().kind === "end" ? new SyntaxProblem("This bracket is never closed.", offset) : this.#unexpected();
    if (items.length > MAX_ARGUMENTS) throw new SyntaxProblem(`At most ${MAX_ARGUMENTS} values here.`, offset);
    return items;
  }

  #made(node: Node): Node {
    if (++this.#nodes > MAX_NODES) throw new SyntaxProblem("The expression is too long.", node.offset);
    return node;
  }

  #operator(): string {
    const token = this.#peek();
    if (token.kind === "sign") return SAME[token.value] ?? token.value;
    if (token.kind !== "name") return "";
    const next = this.tokens[this.#at + 1];
    if (token.value === "not") return next?.kind === "name" && next.value === "in" ? "not in" : "";
    return RESERVED.has(token.value) ? token.value : "";
  }

  #unexpected(): SyntaxProblem {
    const token = this.#peek();
    return new SyntaxProblem(`${shown(token)} is not expected here.`, token.offset);
  }

  #taken(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== "sign" || token.value !== sign) return false;
    this.#at++;
    return true;
  }

  #peek(): Token {
    return this.tokens[this.#at] ?? { kind: "end", value: "", offset: 0, end: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }
}

function shown(token: Token): string {
  if (token.kind === "end") return "the end";
  const text = String(token.value);
  return `“${text.length > 30 ? `${text.slice(0, 30)}…` : text}”`;
}
