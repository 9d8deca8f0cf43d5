// pure. A regular expression as a tree, as far as is needed to tell how it backtracks. Syntax errors are not found here:
// the engine itself is asked first.

export type Node =
  | { kind: "char"; atom: string }
  | { kind: "empty" }
  | { kind: "sequence"; items: Node[] }
  | { kind: "choice"; items: Node[] }
  | { kind: "repeat"; body: Node; min: number; max: number }
  | { kind: "look"; body: Node };

export class RefusedPattern extends Error {}

const MAX_GROUP_DEPTH = 20;

export function parsePattern(source: string): Node {
  const characters = [...source];
  let at = 0;
  let depth = 0;
  const peek = (text: string) => characters.slice(at, at + text.length).join("") === text;

  function choice(): Node {
    if (++depth > MAX_GROUP_DEPTH) throw new RefusedPattern("it nests too many groups");
    const items = [sequence()];
    while (characters[at] === "|") {
      at++;
      items.push(sequence());
    }
    depth--;
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: "choice", items };
  }

  function sequence(): Node {
    const items: Node[] = [];
    while (at < characters.length && characters[at] !== "|" && characters[at] !== ")") items.push(quantified(term()));
    return { kind: "sequence", items };
  }

  function term(): Node {
    const character = characters[at] ?? "";
    if (character === "(") return group();
    if (character === "[") return { kind: "char", atom: characterClass() };
    if (character === "\\") return escaped();
    at++;
    return character === "^" || character === "$" ? { kind: "empty" } : { kind: "char", atom: character };
  }

  function group(): Node {
    at++;
    let look = false;
    if (peek("?<=") || peek("?<!")) throw new RefusedPattern("it looks behind");
    if (peek("?=") || peek("?!")) {
      look = true;
      at += 2;
    } else if (peek("?<")) {
      at = characters.indexOf(">", at) + 1;
    } else if (peek("?:")) {
      at += 2;
    } else if (peek("?")) throw new RefusedPattern("it uses a kind of group that is not known here");
    const body = choice();
    at++;
    return look ? { kind: "look", body } : body;
  }

  function characterClass(): string {
    const from = at++;
    while (at < characters.length && characters[at] !== "]") at += characters[at] === "\\" ? 2 : 1;
    at++;
    return characters.slice(from, at).join("");
  }

  function escaped(): Node {
    const from = at;
    const next = characters[at + 1] ?? "";
    at += 2;
    if (next === "b" || next === "B") return { kind: "empty" };
    if (next === "k" || (next >= "1" && next <= "9")) throw new RefusedPattern("it refers back to what a group matched");
    const tail = {
      u: /^(\{[^}]*\}|[0-9a-fA-F]{4}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?)/,
      x: /^[0-9a-fA-F]{2}/,
      p: /^\{[^}]*\}/,
      P: /^\{[^}]*\}/,
      c: /^[A-Za-z]/,
    }[next];
    const rest = tail?.exec(characters.slice(at, at + 60).join(""));
    if (rest) at += [...rest[0]].length;
    return { kind: "char", atom: characters.slice(from, at).join("") };
  }

  function quantified(body: Node): Node {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(characters.slice(at, at + 30).join(""));
    if (match === null) return body;
    at += match[0].length;
    const [text, least, comma, most] = match;
    if (text.startsWith("*")) return { kind: "repeat", body, min: 0, max: Number.POSITIVE_INFINITY };
    if (text.startsWith("+")) return { kind: "repeat", body, min: 1, max: Number.POSITIVE_INFINITY };
    if (text.startsWith("?")) return { kind: "repeat", body, min: 0, max: 1 };
    const min = Number(least);
    return { kind: "repeat", body, min, max: comma === "" ? min : most === "" ? Number.POSITIVE_INFINITY : Number(most) };
  }

  const tree = choice();
  if (at < characters.length) throw new RefusedPattern("its groups do not match up");
  return tree;
}
