// pure. Adds up responses one by one, in flat memory: whatever the filter, the summary is of exactly the responses it is shown with.
import type { FieldDescription, FieldType } from "../../forms";

export interface SummedField {
  answered: number;
  /** Value → how often. Of a matrix: `row\u0000column`. */
  counts: Map<string, number>;
  numbers: Map<number, number>;
  /** More distinct numbers than are kept: then they are not exact, and not shown as if they were. */
  crowded: boolean;
  ranks: Map<string, { sum: number; count: number }>;
  words: Map<string, number>;
  quotes: string[];
}

export interface SummedRow {
  submittedAt: number;
  durationMs: number | null;
  data: Readonly<Record<string, unknown>>;
}

const MAX_VALUES = 2_000;
const MAX_NUMBERS = 50_000;
const MAX_WORDS = 20_000;
const MAX_QUOTES = 6;
const MAX_QUOTE_LENGTH = 320;
const MIN_WORD = 3;

const CHOICES: ReadonlySet<FieldType> = new Set(["select", "radio", "multi_select", "checkboxes", "yes_no", "consent", "rating", "nps"]);
const NUMBERS: ReadonlySet<FieldType> = new Set(["number", "slider", "currency", "calculated", "rating", "nps"]);
const DAYS: ReadonlySet<FieldType> = new Set(["date", "datetime"]);
const OPEN: ReadonlySet<FieldType> = new Set(["long_text", "short_text"]);
/** Names, addresses and numbers of people are nobody's summary. */
const PRIVATE: ReadonlySet<FieldType> = new Set(["email", "phone", "url", "hidden", "address", "signature", "file"]);

export const isPrivate = (type: FieldType) => PRIVATE.has(type);

export class Summary {
  count = 0;
  first: number | null = null;
  last: number | null = null;
  /** By calendar day in the report's zone. */
  readonly days = new Map<string, number>();
  readonly durations = new Map<number, number>();
  readonly fields: Map<string, SummedField>;

  constructor(
    private readonly described: readonly FieldDescription[],
    private readonly dayOf: (time: number) => string,
  ) {
    this.fields = new Map(described.map(({ path }) => [path, emptyField()]));
  }

  add(row: SummedRow): void {
    this.count += 1;
    if (this.first === null || row.submittedAt < this.first) this.first = row.submittedAt;
    if (this.last === null || row.submittedAt > this.last) this.last = row.submittedAt;
    bump(this.days, this.dayOf(row.submittedAt));
    if (row.durationMs !== null) bump(this.durations, Math.round(row.durationMs / 1_000));
    for (const field of this.described) {
      const values = leaves(row.data, field.path.split(".")).filter((value) => !isEmpty(value));
      const own = this.fields.get(field.path);
      if (own !== undefined && values.length > 0) addTo(own, field, values);
    }
  }
}

function addTo(own: SummedField, { type }: FieldDescription, values: readonly unknown[]): void {
  own.answered += 1;
  if (type === "matrix") {
    for (const value of values) {
      for (const [row, column] of Object.entries(value as object)) bump(own.counts, `${row}\u0000${String(column)}`, MAX_VALUES);
    }
    return;
  }
  if (type === "ranking") {
    for (const [i, option] of values.flat().entries()) {
      const place = own.ranks.get(String(option)) ?? { sum: 0, count: 0 };
      if (own.ranks.size < MAX_VALUES) own.ranks.set(String(option), { sum: place.sum + i + 1, count: place.count + 1 });
    }
    return;
  }
  if (CHOICES.has(type)) for (const value of new Set(values.flat().map(String))) bump(own.counts, value, MAX_VALUES);
  if (NUMBERS.has(type)) {
    for (const value of values) {
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      if (own.numbers.size >= MAX_NUMBERS && !own.numbers.has(value)) own.crowded = true;
      else bump(own.numbers, value);
    }
  }
  if (DAYS.has(type)) for (const value of values) bump(own.counts, String(value).slice(0, 10), MAX_VALUES);
  if (OPEN.has(type)) for (const value of values) if (typeof value === "string") addText(own, type, value);
}

function addText(own: SummedField, type: FieldType, text: string): void {
  const words =
    text
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  for (const word of new Set(words)) if (word.length >= MIN_WORD && !STOP_WORDS.has(word)) bump(own.words, word, MAX_WORDS);
  if (type !== "long_text") return;
  const quote = text.replace(/\s+/g, " ").trim();
  if (quote.length >= 12)
    own.quotes.push(quote.length > MAX_QUOTE_LENGTH ? `${quote.slice(0, MAX_QUOTE_LENGTH).trimEnd().toWellFormed()}…` : quote);
  if (own.quotes.length > MAX_QUOTES) own.quotes.shift();
}

export function leaves(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, path));
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return [];
  return leaves((value as Record<string, unknown>)[name], rest);
}

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === "object" && Object.keys(value).length === 0;
}

function bump<K>(counts: Map<K, number>, key: K, most = Number.POSITIVE_INFINITY): void {
  const count = counts.get(key);
  if (count !== undefined) counts.set(key, count + 1);
  else if (counts.size < most) counts.set(key, 1);
}

function emptyField(): SummedField {
  return {
    answered: 0,
    counts: new Map(),
    numbers: new Map(),
    crowded: false,
    ranks: new Map(),
    words: new Map(),
    quotes: [],
  };
}

// The words that every text has say nothing about any. Short ones are left out by their length already.
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "and the for was were with that this have has had are but not you your our from they there their them all can could would will " +
    "very just also more some been about which what when who how its it's into out get got than then too only really " +
    "und der die das ist nicht ein eine einen mit für auf den dem des von sich auch war sind ich wir sie " +
    "les des est une pas pour que qui dans sur avec pour nous vous mais très " +
    "los las una por con para que del muy pero como"
  ).split(" "),
);
