// A template and a report's values become a document. Tags are names or expressions of ours; nothing else is evaluated.
import Docxtemplater from "docxtemplater";
import type PizZip from "pizzip";
import { compileExpression, type Expression, ExpressionLimitError, evaluate, type Moment, type Scope, type Value } from "../../expressions";
import { brokenTags, DELIMITERS } from "./check";
import { type Level, scopeOf } from "./vocabulary";

export type Item = { readonly [name: string]: unknown };

export interface Filling {
  data: Item;
  /** What expressions see of a response: its answers as they were given. */
  rawOf(item: object): Readonly<Record<string, unknown>> | undefined;
  moment: Moment;
  vocabulary: Level;
  form: Scope | null;
}

interface ParserContext {
  scopeList: readonly unknown[];
  num: number;
  meta: { part?: { module?: string; type?: string } };
}

export class TemplateFillError extends Error {
  constructor(readonly problems: ReturnType<typeof brokenTags>) {
    super(problems.map(({ tag, message }) => (tag === "" ? message : `{{${tag}}}: ${message}`)).join(" "));
  }
}

export function fillTemplate(zip: PizZip, filling: Filling): Uint8Array {
  const expressions = new Map<string, Expression | null>();
  try {
    const document = new Docxtemplater(zip, {
      delimiters: DELIMITERS,
      paragraphLoop: true,
      linebreaks: true,
      errorLogging: false,
      nullGetter: () => "",
      parser: (tag: string) => ({
        get: (scope: unknown, context: ParserContext) => tagValue(tag.trim(), scope, context, filling, expressions),
      }),
    });
    document.render(filling.data);
    return document.getZip().generate({ type: "uint8array", compression: "DEFLATE" });
  } catch (error) {
    throw new TemplateFillError(brokenTags(error));
  }
}

/** Undefined lets the level around it answer. */
function tagValue(
  tag: string,
  scope: unknown,
  context: ParserContext,
  filling: Filling,
  expressions: Map<string, Expression | null>,
): unknown {
  const isLoop = context.meta.part?.module === "loop";
  if (tag === ".") return isLoop ? scope : written(scope);
  const found = own(scope, tag);
  if (found !== undefined) return isLoop ? found : written(found);
  if (/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(tag)) return undefined;
  const levels = levelsOf(filling.vocabulary);
  let expression = expressions.get(tag);
  if (expression === undefined) {
    const result = compileExpression(tag, scopeOf(levels, filling.form));
    expression = result.ok ? result.expression : null;
    expressions.set(tag, expression);
  }
  if (expression === null) return "";
  const value = worked(expression, context, filling);
  return isLoop ? value : written(value);
}

function worked(expression: Expression, { scopeList, num }: ParserContext, filling: Filling): Value {
  const values: Record<string, unknown> = {};
  for (const scope of scopeList.slice(0, num + 1)) {
    if (scope === null || typeof scope !== "object") continue;
    Object.assign(values, scope, filling.rawOf(scope) ?? {});
  }
  try {
    return evaluate(expression, values, filling.moment);
  } catch (error) {
    if (error instanceof ExpressionLimitError) return null;
    throw error;
  }
}

function levelsOf(top: Level): Level[] {
  return [top, ...[...top.names.values()].flatMap((inner) => (inner === null ? [] : levelsOf(inner)))];
}

/** Only what we put there ourselves, never what every object has. A dotted name is a name of its own, or leads inwards. */
function own(scope: unknown, tag: string): unknown {
  let at: unknown = scope;
  if (at !== null && typeof at === "object" && Object.hasOwn(at, tag)) return (at as Item)[tag];
  for (const name of tag.split(".")) {
    if (at === null || typeof at !== "object" || Array.isArray(at) || !Object.hasOwn(at, name)) return undefined;
    at = (at as Item)[name];
  }
  return at;
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value))
    return value
      .map(written)
      .filter((text) => text !== "")
      .join(", ");
  if (typeof value === "object")
    return Object.values(value)
      .map(written)
      .filter((text) => text !== "")
      .join(", ");
  return String(value).toWellFormed();
}
