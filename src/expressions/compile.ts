// pure. A tree, checked against what it may name, made into closures. Everything that can be said without a value is said here.

import { prepareCall } from "./call";
import { FUNCTIONS } from "./functions";
import { didYouMean, quoted } from "./names";
import { operationOf, resultOf } from "./operators";
import type { Binary, Node } from "./parse";
import type { Run, Value } from "./run";
import { isMomentText, isTimeOfDay } from "./time";
import type { Problem } from "./tokens";
import { ANY, BOOLEAN, DATE, either, inWords, isMoment, isOpen, listOf, NOTHING, NUMBER, type Scope, TEXT, TIME, type Type } from "./types";
import { holds, isEmpty, own, tidy } from "./values";

export type Step = (run: Run) => Value;

export interface Compiled {
  type: Type;
  run: Step;
  /** Written down, not worked out. */
  literal?: Value;
}

const MAX_PROBLEMS = 20;
const BROKEN: Compiled = { type: ANY, run: () => null };

export class Compiler {
  readonly problems: Problem[] = [];
  /** The names from the scope that were used. */
  readonly used = new Set<string>();

  constructor(readonly scope: Scope) {}

  compile(node: Node): Compiled {
    switch (node.kind) {
      case "literal":
        return literal(node.value);
      case "name":
        return this.#name(node.name, node.offset);
      case "member":
        return this.#member(this.compile(node.of), node.name, node.offset);
      case "index":
        return this.#index(this.compile(node.of), this.compile(node.key), node.offset);
      case "list":
        return this.#list(node.items.map((item) => this.compile(item)));
      case "call":
        return this.#call(node.name, node.args, node.offset);
      case "unary":
        return this.#unary(node.sign, this.compile(node.of), node.offset);
      case "binary":
        return this.#binary(node.sign, this.compile(node.left), this.compile(node.right), node);
      case "choose":
        return choose(this.compile(node.condition), this.compile(node.then), this.compile(node.otherwise));
    }
  }

  problem(message: string, offset: number): Compiled {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ message, offset });
    return BROKEN;
  }

  #name(name: string, offset: number): Compiled {
    const type = this.scope.members.get(name);
    if (type === undefined && this.scope.open !== true) {
      const hint = FUNCTIONS.has(name)
        ? ` The function of that name needs brackets: ${name}(…).`
        : didYouMean(name, this.scope.members.keys());
      return this.problem(`There is no ${quoted(name)} here.${hint}`, offset);
    }
    this.used.add(name);
    return {
      type: type ?? ANY,
      run: (run) => {
        run.spend(1);
        return toValue(own(run.values, name));
      },
    };
  }

  #member(of: Compiled, name: string, offset: number): Compiled {
    const { run: step } = of;
    const inner = of.type.kind === "list" ? of.type.of : of.type;
    if (inner.kind !== "object" && !isOpen(inner)) return this.problem(`${quoted(name)} cannot be taken from ${inWords(of.type)}.`, offset);
    const found = inner.kind === "object" ? inner.members.get(name) : ANY;
    if (found === undefined && inner.kind === "object" && inner.open !== true)
      return this.problem(`There is no ${quoted(name)} in it.${didYouMean(name, inner.members.keys())}`, offset);
    const type = found ?? ANY;
    // Of a list of groups, as a repeating group is one, the member of each.
    return {
      type: of.type.kind === "list" ? listOf(type) : type,
      run: (run) => {
        const value = step(run);
        run.spend(1);
        if (!Array.isArray(value)) return toValue(own(value, name));
        run.spend(value.length);
        return value.map((item) => toValue(own(item, name)));
      },
    };
  }

  #index(of: Compiled, key: Compiled, offset: number): Compiled {
    if (typeof key.literal === "string" && of.type.kind !== "list") return this.#member(of, key.literal, offset);
    if (of.type.kind !== "list" && !isOpen(of.type)) return this.problem(`Only a list has places; this is ${inWords(of.type)}.`, offset);
    if (key.type.kind !== "number" && !isOpen(key.type))
      return this.problem(`The place in a list is a number, not ${inWords(key.type)}.`, offset);
    return {
      type: of.type.kind === "list" ? of.type.of : ANY,
      run: (run) => {
        const [list, at] = [of.run(run), key.run(run)];
        run.spend(1);
        return Array.isArray(list) && typeof at === "number" ? (list.at(at) ?? null) : null;
      },
    };
  }

  #list(items: Compiled[]): Compiled {
    const type = listOf(items.map((item) => item.type).reduce(either, NOTHING));
    return {
      type,
      run: (run) => {
        run.makeList(items.length);
        return items.map((item) => item.run(run));
      },
    };
  }

  #call(name: string, nodes: readonly Node[], offset: number): Compiled {
    const args = nodes.map((node) => this.compile(node));
    if (name === "label") return this.#label(args, offset);
    const definition = FUNCTIONS.get(name);
    if (definition === undefined) {
      const hint = this.scope.members.has(name) ? " It is a field: leave out the brackets." : didYouMean(name, FUNCTIONS.keys());
      return this.problem(`There is no function ${quoted(name)}.${hint}`, offset);
    }
    const before = this.problems.length;
    const prepared = prepareCall(definition, args, (at, message) => this.problem(message, nodes[at]?.offset ?? offset));
    if (this.problems.length > before || prepared === null) return { ...BROKEN, type: definition.result(args.map(({ type }) => type)) };
    return prepared;
  }

  /** What people call a choice is known from its type, so this one function is made here. */
  #label(args: readonly Compiled[], offset: number): Compiled {
    const [of, ...more] = args;
    const one = of?.type.kind === "list" ? of.type.of : of?.type;
    if (of === undefined || one === undefined || more.length > 0) return this.problem("label() takes one choice field.", offset);
    const labels = one.kind === "text" ? one.labels : undefined;
    if (labels === undefined && !isOpen(one)) return this.problem("Only a choice field has labels.", offset);
    const labelled = (value: Value): Value => (typeof value === "string" ? (labels?.get(value) ?? value) : value);
    return {
      type: of.type.kind === "list" ? listOf(TEXT) : isOpen(one) ? ANY : TEXT,
      run: (run) => {
        const value = of.run(run);
        run.spend(1);
        return Array.isArray(value) ? value.map(labelled) : labelled(value);
      },
    };
  }

  #unary(sign: "-" | "not", of: Compiled, offset: number): Compiled {
    if (sign === "not") {
      if (of.type.kind !== "boolean" && !isOpen(of.type)) return this.problem(`“not” needs yes or no, not ${inWords(of.type)}.`, offset);
      return { type: BOOLEAN, run: (run) => !holds(of.run(run)) };
    }
    if (of.type.kind !== "number" && !isOpen(of.type))
      return this.problem(`Only a number can be negative, not ${inWords(of.type)}.`, offset);
    if (typeof of.literal === "number") return literal(-of.literal);
    return {
      type: NUMBER,
      run: (run) => {
        const value = of.run(run);
        run.spend(1);
        return typeof value === "number" ? tidy(-value) : null;
      },
    };
  }

  #binary(
    sign: Binary,
    left: Compiled,
    right: Compiled,
    { left: leftNode, right: rightNode, offset }: Extract<Node, { kind: "binary" }>,
  ): Compiled {
    const first = this.#asMoment(left, right, sign, leftNode.offset);
    const second = this.#asMoment(right, left, sign, rightNode.offset);
    const type = resultOf(sign, first.type, second.type);
    if (type === null) return this.problem(unfit(sign, first.type, second.type), offset);
    if (sign === "and") return { type, run: (run) => holds(first.run(run)) && holds(second.run(run)) };
    if (sign === "or") return { type, run: (run) => holds(first.run(run)) || holds(second.run(run)) };
    if (sign === "??")
      return {
        type,
        run: (run) => {
          const value = first.run(run);
          return isEmpty(value) ? second.run(run) : value;
        },
      };
    const work = operationOf(sign, isMoment(first.type) || isMoment(second.type));
    return {
      type,
      run: (run) => {
        run.spend(1);
        return work(run, first.run(run), second.run(run));
      },
    };
  }

  /** Text written down beside a date is read as a date, and has to be one. */
  #asMoment(side: Compiled, other: Compiled, sign: Binary, offset: number): Compiled {
    if (typeof side.literal !== "string" || sign === "+" || sign === "??") return side;
    const wanted = other.type.kind === "list" ? other.type.of : other.type;
    if (wanted.kind === "time") {
      if (isTimeOfDay(side.literal)) return { ...side, type: TIME };
      return this.problem(`${quoted(side.literal)} is not a time of day such as 09:30.`, offset);
    }
    if (!isMoment(wanted)) return side;
    if (isMomentText(side.literal)) return { ...side, type: side.literal.length === 10 ? DATE : wanted };
    return this.problem(`${quoted(side.literal)} is not a date such as 2026-01-31.`, offset);
  }
}

export function literal(value: Value): Compiled {
  const type = typeof value === "string" ? TEXT : typeof value === "number" ? NUMBER : typeof value === "boolean" ? BOOLEAN : NOTHING;
  return { type, run: () => value, literal: value };
}

function choose(condition: Compiled, then: Compiled, otherwise: Compiled): Compiled {
  return {
    type: either(then.type, otherwise.type),
    run: (run) => {
      run.spend(1);
      return holds(condition.run(run)) ? then.run(run) : otherwise.run(run);
    },
  };
}

/** Answers are JSON already; whatever else a caller hands in counts as nothing. */
function toValue(value: unknown): Value {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "object":
      return value as Value;
    default:
      return null;
  }
}

function unfit(sign: Binary, left: Type, right: Type): string {
  const both = `${inWords(left)} and ${inWords(right)}`;
  if (sign === "and" || sign === "or") return `“${sign}” needs yes or no on both sides, not ${both}; compare them with something.`;
  if (sign === "in" || sign === "not in") return `“${sign}” needs a list that can hold it on the right, not ${both}.`;
  if (left.kind === "list" || right.kind === "list")
    return `“${sign}” means nothing between ${both}; use contains(), join() or sum() with lists.`;
  const isText = left.kind === "text" || right.kind === "text";
  const hint = !isText
    ? ""
    : isMoment(left) || isMoment(right)
      ? " Read text as a date with date()."
      : " Read text as a number with number().";
  return `“${sign}” means nothing between ${both}.${hint}`;
}
