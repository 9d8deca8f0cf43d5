// pure. How badly a backtracking engine can do on a pattern. Each place in the pattern that takes a character knows which
// places may come next; where two of those could take the same character, the engine has a choice that it may have to undo.
// A choice made anew on every turn of a loop is exponential and refused. A choice of when to leave a loop costs one factor
// of the input's length: those are counted, and the length of what may be matched is capped by their number.
import { type Node, parsePattern, RefusedPattern } from "./parse";

const MAX_PLACES = 1_500;
const MAX_COUNT = 1_000;
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

interface Shape {
  first: number[];
  last: number[];
  nullable: boolean;
}

/** Matching n characters takes at most about `factor` × n^(`degree` + 1) steps. */
export interface Cost {
  degree: number;
  factor: number;
}

/** Throws RefusedPattern for what cannot be bounded. */
export function measure(source: string): Cost {
  return costOf(parsePattern(source), 1);
}

function costOf(root: Node, copies: number): Cost {
  const sets: CharacterSet[] = [];
  const atoms = new Map<string, CharacterSet>();
  const follow: number[][] = [];
  const loopOf: number[] = [];
  const loopMax: number[] = [];
  // Looking ahead from the beginning is done once; from anywhere else, on each way that leads there.
  let lookAtStart: Cost = { degree: 0, factor: 1 };
  let lookLater: Cost = { degree: 0, factor: 1 };

  const link = (from: number[], to: number[]) => {
    for (const place of from) follow[place]?.push(...to);
  };
  const clashes = (places: number[]) => countClashes(places.flatMap((place) => sets[place] ?? []));

  function shape(node: Node, loop: number, times: number): Shape {
    switch (node.kind) {
      case "empty":
        return { first: [], last: [], nullable: true };
      case "char": {
        const place = sets.length;
        if (place >= MAX_PLACES) throw new RefusedPattern("it is too long once its counts are written out");
        sets.push(atoms.get(node.atom) ?? setOf(node.atom, atoms));
        follow.push([]);
        loopOf.push(loop);
        return { first: [place], last: [place], nullable: false };
      }
      case "look": {
        if (loop !== -1) throw new RefusedPattern("it looks ahead inside a repetition");
        const cost = costOf(node.body, times);
        if (sets.length === 0) lookAtStart = worse(lookAtStart, cost);
        else lookLater = worse(lookLater, { ...cost, degree: cost.degree + 1 });
        return { first: [], last: [], nullable: true };
      }
      case "sequence":
        return inOrder(node.items.map((item) => () => shape(item, loop, times)));
      case "choice": {
        const parts = node.items.map((item) => shape(item, loop, times));
        return {
          first: parts.flatMap((part) => part.first),
          last: parts.flatMap((part) => part.last),
          nullable: parts.some((part) => part.nullable),
        };
      }
      case "repeat":
        return repeated(node.body, node.min, node.max, loop, times);
    }
  }

  function inOrder(parts: (() => Shape)[]): Shape {
    let whole: Shape = { first: [], last: [], nullable: true };
    for (const part of parts) {
      const next = part();
      link(whole.last, next.first);
      whole = {
        first: whole.nullable ? [...whole.first, ...next.first] : whole.first,
        last: next.nullable ? [...whole.last, ...next.last] : next.last,
        nullable: whole.nullable && next.nullable,
      };
    }
    return whole;
  }

  function repeated(body: Node, min: number, max: number, loop: number, times: number): Shape {
    const most = Number.isFinite(max) ? Math.max(max, 1) : Math.max(min, 1);
    if (times * most > MAX_COUNT) throw new RefusedPattern(`its counts multiply to more than ${MAX_COUNT}`);
    if (max === 0) return { first: [], last: [], nullable: true };
    if (max === 1) {
      const once = shape(body, loop, times);
      return { ...once, nullable: once.nullable || min === 0 };
    }
    // Written out. Without choices in it, two copies have the same neighbours as any number of them.
    if (min === max) {
      const written = leavesChoice(body) ? min : 2;
      return inOrder(Array.from({ length: written }, () => () => shape(body, loop, times * most)));
    }
    const from = sets.length;
    const own = loop === -1 ? loopMax.push(max) - 1 : loop;
    const inner = shape(body, own, times * most);
    if (inner.nullable) throw new RefusedPattern("it repeats something that may be empty");
    link(inner.last, inner.first);
    for (let place = from; place < sets.length; place++) {
      if (clashes(follow[place] ?? []) > 0) throw new RefusedPattern("a repetition in it can be split up in many ways");
    }
    return { ...inner, nullable: min === 0 };
  }

  const whole = shape(root, -1, copies);
  let factor = 1 + clashes(whole.first);
  const undecidedLoops = new Set<number>();
  for (let place = 0; place < sets.length; place++) {
    const count = clashes(follow[place] ?? []);
    if (count === 0) continue;
    const loop = loopOf[place] ?? -1;
    if (loop === -1) factor *= 1 + count;
    else undecidedLoops.add(loop);
  }
  let degree = 0;
  for (const loop of undecidedLoops) {
    const max = loopMax[loop] ?? Number.POSITIVE_INFINITY;
    if (max <= 16) factor *= max;
    else degree++;
  }
  return worse(lookAtStart, { degree: degree + lookLater.degree, factor: factor * lookLater.factor });
}

function worse(a: Cost, b: Cost): Cost {
  return { degree: Math.max(a.degree, b.degree), factor: Math.max(a.factor, b.factor) };
}

interface CharacterSet {
  /** A bit for each of the 128. */
  ascii: Uint32Array;
  /** The other characters it takes where it lists them, else null: it may take any, and clashes with all such. */
  others: string[] | null;
  takes: RegExp;
}

function setOf(atom: string, known: Map<string, CharacterSet>): CharacterSet {
  const takes = compile(`^${atom}$`);
  const ascii = new Uint32Array(4);
  ASCII.forEach((character, code) => {
    if (takes.test(character)) ascii[code >> 5] = (ascii[code >> 5] ?? 0) | (1 << (code & 31));
  });
  const others = [...atom].filter((character) => (character.codePointAt(0) ?? 0) > 127);
  const listed = !/\\[uxpPWSDsc]|^\.$|^\[\^|-[^\x20-\x7e]|[^\x20-\x7e]-(?!\])/.test(atom);
  const set = { ascii, others: listed ? others : null, takes };
  known.set(atom, set);
  return set;
}

/** How many of these take a character that one before them takes, too. */
function countClashes(sets: readonly CharacterSet[]): number {
  if (sets.length < 2) return 0;
  const ascii = new Uint32Array(4);
  const listed = new Set<string>();
  const open: CharacterSet[] = [];
  let count = 0;
  for (const set of sets) {
    const clashes =
      set.ascii.some((bits, word) => (bits & (ascii[word] ?? 0)) !== 0) ||
      (set.others === null
        ? open.length > 0 || [...listed].some((character) => set.takes.test(character))
        : set.others.some((character) => listed.has(character) || open.some((other) => other.takes.test(character))));
    if (clashes) count++;
    set.ascii.forEach((bits, word) => {
      ascii[word] = (ascii[word] ?? 0) | bits;
    });
    if (set.others === null) open.push(set);
    else for (const character of set.others) listed.add(character);
  }
  return count;
}

/** A fixed count of something without choices is the same at every turn. */
function leavesChoice(node: Node): boolean {
  switch (node.kind) {
    case "repeat":
      return node.min !== node.max || leavesChoice(node.body);
    case "sequence":
      return node.items.some(leavesChoice);
    case "look":
      return leavesChoice(node.body);
    default:
      return node.kind === "choice";
  }
}

/** Patterns are Unicode ones; what only the older syntax allows (`\-`) is read as that. */
export function compile(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}
