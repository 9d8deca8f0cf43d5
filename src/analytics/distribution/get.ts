// How the answers to one field are spread. Choices come from the ledgers' memory, numbers and texts from the store behind a barrier.
import { cached } from "../../cache";
import { type FieldDescription, type FieldType, MULTI_CHOICE_TYPES, SINGLE_CHOICE_TYPES, TEXT_TYPES } from "../../forms";
import { type AsOf, momentOf, passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { openStateStore, type StateQuery } from "../../store";
import { type AnalysedForm, fieldsOf, loadAnalysedForm } from "../form";
import { eachLedger } from "../ledger-reads";
import { type NumberSummary, summariseNumbers } from "./numbers";
import { countCells, scanField } from "./scan";
import type { Language } from "./stop-words";
import { type Counts, meanStep, type NpsSummary, npsOf, type ValueCount, valuesOf } from "./values";
import { type WordCount, Words } from "./words";

export interface Distribution extends Partial<NumberSummary> {
  field: string;
  type: FieldType;
  /** How many responses answered it. */
  answered: number;
  values?: ValueCount[];
  nps?: NpsSummary;
  /** Matrix: the values of each row. */
  rows?: { row: string; label: string; answered: number; values: ValueCount[]; meanStep: number | null }[];
  /** Ranking: the mean place of each option, 1 for the first, over those who placed it; and how often it had each place. */
  averageRanks?: { value: string; averageRank: number; places: number[] }[];
  words?: WordCount[];
  /** How many texts the words are from; only the first ones are read when there are very many. */
  textsRead?: number;
}

interface Source {
  query: StateQuery;
  /** Of the field and of what lies below it. */
  counts(paths: readonly string[]): Promise<Map<string, Counts>>;
  /** What was read for this key and this state of the form is read once. */
  remember<T>(key: string, read: () => Promise<T>): Promise<T>;
}

const CHOICES: ReadonlySet<FieldType> = new Set([...SINGLE_CHOICE_TYPES, ...MULTI_CHOICE_TYPES, "yes_no", "consent", "rating", "nps"]);
const SCALES: ReadonlySet<FieldType> = new Set(["rating", "nps"]);
const NUMBERS: ReadonlySet<FieldType> = new Set(["number", "slider", "currency", "calculated"]);
const TEXTS: ReadonlySet<FieldType> = new Set(TEXT_TYPES);
const KEPT_SECONDS = 600;
const DISTINCT_NUMBERS_A_PAGE = 20_000;
const MAX_TEXTS = 50_000;

export async function getDistribution(
  ctx: ServiceContext,
  input: { formId: string; field: string; languages?: readonly Language[] } & AsOf,
): Promise<{ value: Distribution; current: boolean }> {
  assertCan(ctx, "read");
  const form = await loadAnalysedForm(ctx, input.formId);
  const field = (await fieldsOf(ctx, form.formId)).find(({ path }) => path === input.field);
  if (field === undefined) throw new NotFoundError("The field");
  const moment = await momentOf(ctx, form, input);
  const query = { workspaceId: ctx.workspaceId, formId: form.formId, asOf: moment?.marks ?? null };
  if (moment !== null) return { value: await describe(ctx, field, sourceAt(ctx, query, field), input.languages), current: moment.current };
  if (!isCounted(field)) {
    const { current, position } = await passBarrier(ctx, form.formId, form.settings);
    return { value: await describe(ctx, field, sourceNow(ctx, form, query, current ? position : null), input.languages), current };
  }
  return { value: await describe(ctx, field, sourceNow(ctx, form, query, null), input.languages), current: true };
}

/** Whether counters alone can tell all there is to tell. */
function isCounted(field: FieldDescription): boolean {
  const { type, repeated } = field;
  if (type === "ranking") return false;
  return (CHOICES.has(type) && !(repeated && SCALES.has(type))) || !(holdsNumbers(field) || holdsText(field) || SCALES.has(type));
}

/** What a calculated field comes to, its expression says. */
function holdsNumbers({ type, holds = "number" }: FieldDescription): boolean {
  return NUMBERS.has(type) && holds === "number";
}

function holdsText({ type, holds }: FieldDescription): boolean {
  return TEXTS.has(type) || holds === "text";
}

async function describe(
  ctx: WorkspaceContext,
  field: FieldDescription,
  source: Source,
  languages: readonly Language[] | undefined,
): Promise<Distribution> {
  const { path, type } = field;
  const rows = field.type === "matrix" ? (field.rows ?? []) : [];
  const counts = await source.counts([path, ...rows.map(({ value }) => `${path}.${value}`)]);
  const own = counts.get(path) ?? new Map<string, number>();
  const answered = own.get("") ?? 0;
  const base = { field: path, type, answered };
  if (type === "matrix") {
    const described = rows.map(({ value, label }) => {
      const ofRow = counts.get(`${path}.${value}`) ?? new Map<string, number>();
      const answeredRow = ofRow.get("") ?? 0;
      return { row: value, label, answered: answeredRow, values: valuesOf(field, ofRow, answeredRow), meanStep: meanStep(field, ofRow) };
    });
    return { ...base, rows: described };
  }
  if (holdsNumbers(field)) {
    const numbers = await source.remember(`numbers:${path}`, () => numbersOf(ctx, source.query, field));
    // Counters may be a response ahead of the store by now; the parts of one reply must agree.
    const given = field.repeated ? answered : numbers.reduce((sum, [, count]) => sum + count, 0);
    return { ...base, answered: given, ...summariseNumbers(numbers) };
  }
  if (holdsText(field)) {
    const key = `words:${path}:${languages?.join() ?? "theirs"}`;
    return { ...base, ...(await source.remember(key, () => wordsOf(ctx, source.query, path, languages))) };
  }
  if (!CHOICES.has(type)) return base;
  const values = valuesOf(field, own, answered);
  if (type === "ranking") {
    return { ...base, values, averageRanks: await source.remember(`ranks:${path}`, () => ranksOf(ctx, source.query, path)) };
  }
  if (!SCALES.has(type)) return { ...base, values };
  const steps = values.filter(({ count }) => count > 0).map(({ value, count }) => [Number(value), count] as const);
  return { ...base, values, ...summariseNumbers(steps), ...(type === "nps" ? { nps: npsOf(own) } : {}) };
}

function sourceNow(ctx: WorkspaceContext, form: AnalysedForm, query: StateQuery, position: string | null): Source {
  return {
    query,
    counts: async (paths) => {
      const parts = await Promise.all(eachLedger(ctx.env, form).map((ledger) => ledger.fieldCounts(paths)));
      const counts = new Map<string, Map<string, number>>(paths.map((path) => [path, new Map()]));
      for (const { fields } of parts) {
        for (const [path, values] of Object.entries(fields)) {
          const sums = counts.get(path);
          for (const [value, { count }] of values) sums?.set(value, (sums.get(value) ?? 0) + count);
        }
      }
      return counts;
    },
    remember: async (key, read) => {
      const spec = { key: `distribution:${query.workspaceId}:${query.formId}:${position}:${key}`, tags: [], ttlSeconds: KEPT_SECONDS };
      return (await cached(ctx, { ...spec, staleSeconds: 0, bypass: position === null }, read)).value;
    },
  };
}

function sourceAt(ctx: WorkspaceContext, query: StateQuery, field: FieldDescription): Source {
  return { query, counts: () => countCells(ctx, query, topOf(field.path)), remember: (_key, read) => read() };
}

async function numbersOf(ctx: WorkspaceContext, query: StateQuery, field: FieldDescription): Promise<[number, number][]> {
  if (field.repeated) {
    const counts = new Map<number, number>();
    for await (const { value } of scanField(ctx, query, topOf(field.path))) {
      for (const number of leaves(value, field.path)) if (typeof number === "number") counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => a - b);
  }
  const store = openStateStore(ctx.env);
  const all: [number, number][] = [];
  for (;;) {
    const page = await store.numberCounts(query, field.path, all.at(-1)?.[0] ?? null, DISTINCT_NUMBERS_A_PAGE);
    for (const pair of page) all.push(pair);
    if (page.length < DISTINCT_NUMBERS_A_PAGE) return all;
  }
}

async function wordsOf(
  ctx: WorkspaceContext,
  query: StateQuery,
  path: string,
  languages: readonly Language[] | undefined,
): Promise<{ words: WordCount[]; textsRead: number }> {
  const words = new Words();
  let read = 0;
  for await (const { value } of scanField(ctx, query, topOf(path))) {
    for (const text of leaves(value, path)) if (typeof text === "string") words.add(text);
    read += 1;
    if (read >= MAX_TEXTS) break;
  }
  return { words: words.top(languages), textsRead: read };
}

async function ranksOf(ctx: WorkspaceContext, query: StateQuery, path: string): Promise<NonNullable<Distribution["averageRanks"]>> {
  const found = new Map<string, number[]>();
  for await (const { value } of scanField(ctx, query, topOf(path))) {
    for (const [i, option] of leaves(value, path).entries()) {
      const places = found.get(String(option)) ?? [];
      while (places.length <= i) places.push(0);
      places[i] = (places[i] ?? 0) + 1;
      found.set(String(option), places);
    }
  }
  return [...found]
    .map(([value, places]) => {
      const times = places.reduce((sum, count) => sum + count, 0);
      return { value, averageRank: places.reduce((sum, count, i) => sum + (i + 1) * count, 0) / times, places };
    })
    .sort((a, b) => a.averageRank - b.averageRank);
}

function topOf(path: string): string {
  return path.split(".")[0] ?? path;
}

/** What lies at that path within the value of its top-level field; lists on the way are taken apart. */
function leaves(value: unknown, path: string): unknown[] {
  let found = [value].flat();
  for (const name of path.split(".").slice(1)) {
    found = found.flatMap((item) => (item !== null && typeof item === "object" ? [(item as Record<string, unknown>)[name]].flat() : []));
  }
  return found;
}
