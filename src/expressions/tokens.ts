// pure. An expression's text, cut into words. No regular expression looks at what strangers write.

export type Token =
  | { kind: "number"; value: number; offset: number; end: number }
  | { kind: "text"; value: string; offset: number; end: number }
  | { kind: "name"; value: string; offset: number; end: number }
  | { kind: "sign"; value: string; offset: number; end: number }
  | { kind: "end"; value: ""; offset: number; end: number };

export interface Problem {
  message: string;
  /** Where, counted in UTF-16 units from the start of the source. */
  offset: number;
}

export class SyntaxProblem extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

// Longer ones first, so that `<=` is not read as `<`.
const SIGNS = ["{{", "}}", "**", "==", "!=", "<>", "<=", ">=", "&&", "||", "??", ..."+-*/%^=<>!?:,.()[]|"];
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

export function tokensOf(source: string, start = 0, stop = source.length): Token[] {
  const tokens: Token[] = [];
  let at = start;
  while (at < stop) {
    const char = source.charAt(at);
    if (char === " " || char === "\t" || char === "\n" || char === "\r" || char === "\u00a0") at++;
    else {
      const token = readToken(source, at, stop);
      tokens.push(token);
      at = token.end;
    }
  }
  tokens.push({ kind: "end", value: "", offset: stop, end: stop });
  return tokens;
}

function readToken(source: string, at: number, stop: number): Token {
  const char = source.charAt(at);
  if (isDigit(char)) return readNumber(source, at, stop);
  if (char === '"' || char === "'") return readText(source, at, stop, char);
  if (isNameStart(char)) {
    let end = at + 1;
    while (end < stop && (isNameStart(source.charAt(end)) || isDigit(source.charAt(end)))) end++;
    return { kind: "name", value: source.slice(at, end), offset: at, end };
  }
  const sign = SIGNS.find((candidate) => source.startsWith(candidate, at) && at + candidate.length <= stop);
  if (sign === undefined) throw new SyntaxProblem(`${char} means nothing here.`, at);
  return { kind: "sign", value: sign, offset: at, end: at + sign.length };
}

function readNumber(source: string, at: number, stop: number): Token {
  let end = at;
  while (end < stop && isDigit(source.charAt(end))) end++;
  if (source.charAt(end) === "." && end + 1 < stop && isDigit(source.charAt(end + 1))) {
    end++;
    while (end < stop && isDigit(source.charAt(end))) end++;
  }
  if (end < stop && isNameStart(source.charAt(end)))
    throw new SyntaxProblem("A name cannot begin with a digit; between a number and a name goes an operator.", at);
  return { kind: "number", value: Number(source.slice(at, end)), offset: at, end };
}

function readText(source: string, at: number, stop: number, quote: string): Token {
  let value = "";
  for (let end = at + 1; end < stop; end++) {
    const char = source.charAt(end);
    if (char === quote) return { kind: "text", value, offset: at, end: end + 1 };
    if (char === "\\" && end + 1 < stop) {
      const next = source.charAt(++end);
      value += Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : next;
    } else value += char;
  }
  throw new SyntaxProblem("This quotation mark is never closed.", at);
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

function isNameStart(char: string): boolean {
  return (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || char === "_";
}
