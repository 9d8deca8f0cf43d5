// pure. Finds fields whose presence or value depends on itself, by way of rules, pages and calculations: such rules need not
// settle. Whatever can change whether an answer counts is an edge, so what is left without circles settles for certain.
import type { FormSchema } from "../definition/types";
import { type FieldInfo, indexForm } from "../fields";
import { indexRules, namesIn, targetsOf } from "../rules";
import type { PlacedField } from "./fields";
import type { Report } from "./report";

type Edges = Map<string, Set<string>>;

export function checkCycles(schema: FormSchema, placed: readonly PlacedField[], report: Report): void {
  const edges = dependencies(schema);
  for (let cycle = takeCycle(edges); cycle !== null; cycle = takeCycle(edges)) {
    const names = cycle.filter((node) => node.startsWith("field:")).map((node) => node.slice("field:".length));
    const rule = cycle.find((node) => node.startsWith("rule:"));
    const path = rule === undefined ? placed.find(({ field }) => field.name === names[0])?.path : `rules.${rule.slice("rule:".length)}`;
    report(
      path ?? "rules",
      "rule_cycle",
      `These depend on themselves and cannot settle: ${[...names, names[0]].slice(0, 12).join(" → ")}.`,
    );
  }
}

function dependencies(schema: FormSchema): Edges {
  const form = indexForm(schema);
  const index = indexRules(schema);
  const edges: Edges = new Map();
  const connect = (from: string, to: string) => {
    const next = edges.get(from);
    if (next === undefined) edges.set(from, new Set([to]));
    else next.add(to);
  };
  const node = (info: FieldInfo) => `field:${info.field.name}`;

  index.rules.forEach((compiled, at) => {
    const rule = `rule:${at}`;
    for (const { source } of compiled.conditions) for (const info of source === null ? [] : asked(source)) connect(node(info), rule);
    for (const action of compiled.rule.then) {
      if (action.action === "require") continue;
      const isJump = action.action === "jump_to" || action.action === "end_form";
      const targets = isJump ? form.pages.slice(compiled.page + 1).flatMap((page) => page.fields) : targetsOf(action, form);
      for (const info of targets.flatMap(withContents)) connect(rule, node(info));
    }
  });
  for (const info of form.anyNamed.values()) {
    if (info.field.type !== "calculated") continue;
    for (const name of namesIn(info.field.expression ?? "")) {
      const source = form.anyNamed.get(name);
      if (source === undefined || source === info) continue;
      for (const part of withContents(source)) if (part !== info) connect(node(part), node(info));
    }
  }
  return edges;
}

/** A repeating group is only asked how often it was answered. */
function asked(source: FieldInfo): FieldInfo[] {
  return source.field.type === "repeat" ? [source] : withContents(source);
}

/** A group is what is in it: to hide it hides that, to ask about it asks about that. */
function withContents(info: FieldInfo): FieldInfo[] {
  return [info, ...info.children.flatMap(withContents)];
}

/** One circle, taken out of the graph; null when none is left. */
function takeCycle(edges: Edges): string[] | null {
  prune(edges);
  const [start] = edges.keys();
  if (start === undefined) return null;
  // Every node left has a way on to another that is left, so walking must come round.
  const trail: string[] = [];
  let at = start;
  while (!trail.includes(at)) {
    trail.push(at);
    at = edges.get(at)?.values().next().value ?? start;
  }
  const cycle = trail.slice(trail.indexOf(at));
  for (const node of cycle) edges.delete(node);
  return cycle;
}

/** Drops what leads nowhere, until everything left leads on. */
function prune(edges: Edges): void {
  const into = new Map<string, string[]>();
  const ends: string[] = [];
  for (const [from, next] of edges) {
    for (const to of next) {
      if (!edges.has(to)) next.delete(to);
      else if (!into.get(to)?.push(from)) into.set(to, [from]);
    }
    if (next.size === 0) ends.push(from);
  }
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    edges.delete(end);
    for (const from of into.get(end) ?? []) {
      const next = edges.get(from);
      if (next?.delete(end) && next.size === 0) ends.push(from);
    }
  }
}
