// pure. A call of a function: its arguments checked now, and brought to their kinds each time it runs.
import type { Compiled } from "./compile";
import { whyBadPattern } from "./date-format";
import { type FunctionDefinition, KIND_WORDS, type Parameter, TAKES } from "./functions/define";
import { readUnit, UNITS } from "./functions/units";
import { quoted } from "./names";
import type { Run, Value } from "./run";
import { isMomentText, isTimeZone } from "./time";
import { inWords, isOpen, type Type } from "./types";
import { holds, toNumber, toText } from "./values";

type Complain = (argument: number, message: string) => void;

export function prepareCall(definition: FunctionDefinition, args: readonly Compiled[], complain: Complain): Compiled | null {
  const { name, parameters, signature } = definition;
  const least = parameters.filter((parameter) => !parameter.optional).length;
  const most = parameters.at(-1)?.rest === true ? Number.POSITIVE_INFINITY : parameters.length;
  if (args.length < least || args.length > most) {
    const wants = signature === "" ? "takes no values" : `is called as ${name}(${signature})`;
    complain(Math.min(args.length - 1, most), `${name} ${wants}.`);
    return null;
  }
  args.forEach((arg, at) => {
    const problem = whyUnfit(arg, parameterAt(parameters, at));
    if (problem !== null) complain(at, `${name}: ${problem}`);
  });
  const type = definition.result(args.map((arg) => arg.type));
  const gathers = parameters.length === 1 && (parameters[0]?.kind === "numbers" || parameters[0]?.kind === "moments");
  return { type, run: gathers ? gathering(definition, args) : direct(definition, args) };
}

const parameterAt = (parameters: readonly Parameter[], at: number) => parameters[Math.min(at, parameters.length - 1)];

function whyUnfit({ type, literal }: Compiled, parameter: Parameter | undefined): string | null {
  if (parameter === undefined || isOpen(type)) return null;
  const { kind, name } = parameter;
  if (typeof literal === "string") {
    if (kind === "moment" || kind === "moments")
      return isMomentText(literal) ? null : `${quoted(literal)} is not a date such as 2026-01-31.`;
    if (kind === "zone") return isTimeZone(literal) ? null : `${quoted(literal)} is not a time zone such as Europe/Berlin.`;
    if (kind === "unit") return readUnit(literal) !== null ? null : `${quoted(literal)} is not one of ${UNITS.join(", ")}.`;
    if (kind === "pattern") return whyBadPattern(literal);
  }
  if (!TAKES[kind].includes(type.kind)) return `“${name}” has to be ${KIND_WORDS[kind]}, not ${inWords(type)}.${hintFor(kind, type)}`;
  if (type.kind === "list" && (kind === "numbers" || kind === "moments") && !isOpen(type.of) && !TAKES[kind].includes(type.of.kind))
    return `“${name}” has to be ${KIND_WORDS[kind]}, not a list of something else.`;
  return null;
}

function hintFor(kind: Parameter["kind"], type: Type): string {
  if (type.kind !== "text") return "";
  return kind === "number" || kind === "numbers"
    ? " Read text as a number with number()."
    : kind === "moment"
      ? " Read text as a date with date()."
      : "";
}

function direct({ parameters, takesNothing, run: work }: FunctionDefinition, args: readonly Compiled[]) {
  const places = args.map((arg, at) => ({ arg, parameter: parameterAt(parameters, at) as Parameter }));
  return (run: Run): Value => {
    run.spend(1);
    const values: unknown[] = [];
    for (const { arg, parameter } of places) {
      const value = brought(arg.run(run), parameter);
      if (value !== null || takesNothing) values.push(value ?? (parameter.optional && !parameter.rest ? undefined : value));
      else if (parameter.optional) values.push(undefined);
      else return null;
    }
    return work(run, ...values);
  };
}

/** For functions over all that is there: lists and single values become one list, without what is empty. */
function gathering({ parameters, run: work }: FunctionDefinition, args: readonly Compiled[]) {
  const numbers = parameters[0]?.kind === "numbers";
  return (run: Run): Value => {
    run.spend(1);
    const found: Value[] = [];
    for (const arg of args) {
      const value = arg.run(run);
      const items: readonly Value[] = Array.isArray(value) ? value : [value as Value];
      run.spend(items.length);
      for (const item of items) {
        const usable = numbers ? toNumber(item) : isMomentText(item) ? item : null;
        if (usable !== null) found.push(usable);
      }
    }
    return work(run, found);
  };
}

function brought(value: Value, { kind }: Parameter): Value {
  if (value === null) return null;
  switch (kind) {
    case "text":
    case "pattern":
    case "unit":
      return toText(value);
    case "number":
      return toNumber(value);
    case "boolean":
      return holds(value);
    case "moment":
      return isMomentText(value) ? value : null;
    case "zone":
      return isTimeZone(value) ? value : null;
    case "list":
      return Array.isArray(value) ? value : [value];
    default:
      return value;
  }
}
