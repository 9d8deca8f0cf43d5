// pure. How far a response came, as cells beside those of its fields: which version it answers, what its rules kept from it, and,
// of a partial one, where it stopped. Names begin with @, which no field's name can. Every one follows from what is stored, so that
// taking a response away, or counting all of them again, comes out even.
import { describeFields, evaluateRules, type FormSchema, listPages } from "../forms";
import type { ResponseStatus } from "../store";
import { cellsOf } from "./cells";
import type { Cell } from "./ledger/types";

/** Value: the version. Of complete responses. */
export const BY_VERSION = "@version";
/** Value: `field:<top-level name>` or `page:<name>`, that was not shown. Of complete responses. */
export const SKIPPED = "@skipped";
/** Value: `<version>:<path>` of the last field answered, `<version>:` when none is. Of partial responses. */
export const STOPPED = "@stopped";
/** Value: the slot of a response's duration, see `timeSlot`. Of complete responses; kept by day alone. */
export const TOOK = "@took";

export interface Shown {
  hidden: readonly string[];
  pages: readonly string[];
}

/** `shown`: when the rules have just been asked, what they said. */
export function effectCells(
  schema: FormSchema,
  version: number,
  status: ResponseStatus,
  data: Record<string, unknown>,
  shown?: Shown,
): Cell[] {
  if (status === "partial") return [[STOPPED, `${version}:${lastAnswered(schema, data)}`]];
  const cells = cellsOf(schema, data);
  cells.push([BY_VERSION, String(version)]);
  if ((schema.rules?.length ?? 0) > 0) for (const what of skipped(schema, shown ?? shownBy(schema, data))) cells.push([SKIPPED, what]);
  return cells;
}

const paged = new WeakMap<FormSchema, ReturnType<typeof listPages>>();

function pagesOf(schema: FormSchema): ReturnType<typeof listPages> {
  const known = paged.get(schema) ?? listPages(schema);
  paged.set(schema, known);
  return known;
}

function skipped(schema: FormSchema, { hidden, pages }: Shown): string[] {
  const all = pagesOf(schema);
  if (hidden.length === 0 && pages.length === all.length) return [];
  const gone = new Set(hidden);
  const way = new Set(pages);
  const fields = schema.fields.filter(({ name }) => gone.has(name)).map(({ name }) => `field:${name}`);
  const lost = all.filter(({ name, fields: own }) => !way.has(name) || (own.length > 0 && own.every((field) => gone.has(field))));
  return [...fields, ...lost.map(({ name }) => `page:${name}`)];
}

/** What the rules make of a stored answer. What was calculated then is taken as it is: calculated again it might come out differently. */
function shownBy(schema: FormSchema, data: Record<string, unknown>): Shown {
  const pathOf = new Map(describeFields(schema).map(({ name, path }) => [name, path]));
  const calculate = ({ name }: { name: string }) => valueAt(data, pathOf.get(name) ?? name);
  const { visible, pages } = evaluateRules(schema, data, { calculate });
  return { hidden: schema.fields.filter(({ name }) => !visible.has(name)).map(({ name }) => name), pages };
}

function valueAt(data: Record<string, unknown>, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    const isObject = value !== null && typeof value === "object" && Object.hasOwn(value, name);
    return isObject ? (value as Record<string, unknown>)[name] : undefined;
  }, data);
}

/** In the order in which they are asked, page by page. */
export function fieldsInOrder(schema: FormSchema): ReturnType<typeof describeFields> {
  const rank = new Map(
    listPages(schema)
      .flatMap(({ fields }) => fields)
      .map((name, i) => [name, i]),
  );
  const rankOf = (path: string) => rank.get(path.split(".")[0] ?? "") ?? Number.MAX_SAFE_INTEGER;
  return describeFields(schema)
    .map((field, i) => ({ field, i }))
    .sort((a, b) => rankOf(a.field.path) - rankOf(b.field.path) || a.i - b.i)
    .map(({ field }) => field);
}

const ordered = new WeakMap<FormSchema, string[]>();

function lastAnswered(schema: FormSchema, data: Record<string, unknown>): string {
  let paths = ordered.get(schema);
  if (paths === undefined) {
    // What is filled in before anybody has typed says nothing about how far they came.
    paths = fieldsInOrder(schema).flatMap(({ path, type }) => (type === "hidden" || type === "calculated" ? [] : [path]));
    ordered.set(schema, paths);
  }
  return paths.findLast((path) => isAnswered(data, path.split("."))) ?? "";
}

function isAnswered(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (Array.isArray(value) && name !== undefined) return value.some((item) => isAnswered(item, [name, ...rest]));
  if (name === undefined) return value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  return (
    value !== null && typeof value === "object" && Object.hasOwn(value, name) && isAnswered((value as Record<string, unknown>)[name], rest)
  );
}

const SLOTS_PER_DOUBLING = 8;

/** Times are kept by size: eight slots to each doubling, so that a median is right to within five per cent. */
export function timeSlot(ms: number): number {
  return Math.round(Math.log2(Math.max(1, ms)) * SLOTS_PER_DOUBLING);
}

export function timeOfSlot(slot: number): number {
  return 2 ** (slot / SLOTS_PER_DOUBLING);
}
