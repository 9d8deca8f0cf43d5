// pure. A question and what was answered to it: chart, caption, figures, some of the words.

import { summariseNumbers } from "../../analytics";
import { type BarItem, type ChartDefinition, captionOf, shareText, signed } from "../../charts";
import type { FieldDescription } from "../../forms";
import { labelOf } from "./answers";
import { changeOf } from "./change";
import type { Chart, FieldSection, Figure } from "./model";
import { isPrivate, type SummedField } from "./summarise";
import { timeChart } from "./time-chart";
import type { Writing } from "./writing";

export interface DescribedField extends FieldDescription {
  /** Title of the form's page. */
  part: string;
  currency?: string;
  scaleEnd: number;
}

const MAX_BARS = 40;
/** Of so many options, those that nobody chose are counted instead of drawn. */
const MANY_OPTIONS = 12;
const MAX_WORDS = 10;
const MIN_TEXTS_FOR_WORDS = 5;

interface Question {
  field: DescribedField;
  own: SummedField;
  before: SummedField | null;
  total: number;
  writing: Writing;
  /** Whether each response is printed, too: then it is said where the answers are. */
  listed: boolean;
}

export function sectionOf(question: Question): FieldSection {
  const { field, own, total, writing } = question;
  const { words } = writing;
  const base = {
    path: field.path,
    label: field.label,
    part: field.part,
    answered: own.answered,
    skipped: Math.max(0, total - own.answered),
  };
  const empty = { chart: null, figures: [], quotes: [], remark: "" };
  if (own.answered === 0) return { ...base, ...empty, remark: words.no_answers };
  const elsewhere = question.listed ? words.private_answers : "";
  if (isPrivate(field.type)) return { ...base, ...empty, remark: elsewhere };
  const content = contentOf(question);
  return { ...base, ...empty, ...content, remark: content.remark === words.private_answers ? elsewhere : (content.remark ?? "") };
}

function contentOf(question: Question): Partial<FieldSection> {
  const { field, own, writing } = question;
  const { words, locale } = writing;
  switch (field.type) {
    case "select":
    case "radio":
      return { chart: chartOf({ kind: "bars", items: choices(question) }, writing) };
    case "multi_select":
    case "checkboxes":
      return { chart: chartOf({ kind: "bars", items: choices(question) }, writing), remark: words.multiple };
    case "yes_no":
      return { chart: chartOf({ kind: "bars", items: twoOf(own, words.yes, words.no) }, writing) };
    case "consent":
      return { chart: chartOf({ kind: "bars", items: twoOf(own, words.agreed, words.not_agreed) }, writing) };
    case "ranking": {
      const items = [...own.ranks]
        .map(([value, { sum, count }]) => ({ label: labelOf(field.options, value), averageRank: sum / count, count }))
        .sort((a, b) => a.averageRank - b.averageRank);
      return {
        chart: chartOf(
          { kind: "ranking", places: Math.max(items.length, field.options?.length ?? 0), items: items.slice(0, MAX_BARS) },
          writing,
        ),
      };
    }
    case "matrix":
      return { chart: chartOf(matrixOf(field, own), writing) };
    case "nps":
      return npsContent(question);
    case "rating":
      return ratingContent(question);
    case "number":
    case "slider":
    case "currency":
    case "calculated":
      return numberContent(question);
    case "long_text":
    case "short_text": {
      const ordered = [...own.words].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
      const often = ordered.filter(([, count]) => count > 1).slice(0, MAX_WORDS);
      const definition: ChartDefinition = { kind: "words", words: often.map(([word, count]) => ({ word, count })) };
      // A list of names is a list of words, but says nothing.
      const telling = often.length >= 3 && own.answered >= MIN_TEXTS_FOR_WORDS && field.type === "long_text";
      const quotes = own.quotes.slice(-4).reverse();
      return {
        chart: telling ? chartOf(definition, writing) : null,
        quotes,
        remark: telling || quotes.length > 0 ? "" : words.private_answers,
      };
    }
    case "date":
    case "datetime": {
      const definition = timeChart(own.counts, writing);
      if (definition !== null) return { chart: chartOf(definition, writing) };
      return { remark: writing.words.private_answers };
    }
    default:
      return { remark: `${shareText(own.answered / Math.max(1, question.total), locale)} ${words.answered}` };
  }
}

function chartOf(definition: ChartDefinition, writing: Writing): Chart {
  // Sentences are written in English; elsewhere the numbers speak.
  return { definition, caption: writing.language === "en" ? captionOf(definition, writing.locale) : "" };
}

function choices({ field, own, writing }: Question): BarItem[] {
  const offered = field.options ?? [];
  const known = new Set(offered.map(({ value }) => value));
  const older = [...own.counts.keys()].filter((value) => !known.has(value));
  const items = [...offered.map(({ value, label }) => [value, label] as const), ...older.map((value) => [value, value] as const)]
    .map(([value, label]) => item(label, own.counts.get(value) ?? 0, own.answered))
    .sort((a, b) => b.count - a.count)
    .filter(({ count }, _, all) => count > 0 || all.length <= MANY_OPTIONS);
  if (items.length <= MAX_BARS) return items;
  const rest = items.slice(MAX_BARS - 1);
  const sum = rest.reduce((total, { count }) => total + count, 0);
  return [...items.slice(0, MAX_BARS - 1), item(`${writing.words.others} (${rest.length})`, sum, own.answered)];
}

function twoOf(own: SummedField, yes: string, no: string): BarItem[] {
  return [item(yes, own.counts.get("true") ?? 0, own.answered), item(no, own.counts.get("false") ?? 0, own.answered)];
}

function item(label: string, count: number, answered: number): BarItem {
  return { label, count, share: answered > 0 ? count / answered : 0 };
}

function steps(own: SummedField, from: number, to: number): BarItem[] {
  const all = [...own.numbers.values()].reduce((sum, count) => sum + count, 0);
  return Array.from({ length: to - from + 1 }, (_, i) => item(String(from + i), own.numbers.get(from + i) ?? 0, all));
}

function matrixOf(field: DescribedField, own: SummedField): ChartDefinition {
  const columns = field.options ?? [];
  return {
    kind: "matrix",
    columns: columns.map(({ label }) => label),
    rows: (field.rows ?? []).map((row) => ({
      label: row.label,
      counts: columns.map((column) => own.counts.get(`${row.value}\u0000${column.value}`) ?? 0),
    })),
  };
}

function npsContent({ own, before, writing }: Question): Partial<FieldSection> {
  const now = npsOf(own);
  const then = before === null ? null : npsOf(before).score;
  const definition: ChartDefinition = { kind: "nps", ...now, items: steps(own, 0, 10) };
  const value = now.score === null ? "–" : signed(now.score, writing.locale);
  const figure: Figure = { label: writing.words.score, value, ...changeOf(now.score, then, "points", writing) };
  return { chart: chartOf(definition, writing), figures: [figure] };
}

export function npsOf(own: SummedField): { score: number | null; promoters: number; passives: number; detractors: number } {
  const within = (from: number, to: number) =>
    [...own.numbers].reduce((sum, [value, count]) => sum + (value >= from && value <= to ? count : 0), 0);
  const [promoters, passives, detractors] = [within(9, 10), within(7, 8), within(0, 6)];
  const all = promoters + passives + detractors;
  return { score: all > 0 ? ((promoters - detractors) / all) * 100 : null, promoters, passives, detractors };
}

function ratingContent({ field, own, before, writing }: Question): Partial<FieldSection> {
  const mean = meanOf(own);
  const figure: Figure = {
    label: writing.words.average,
    value: mean === null ? "–" : writing.number(mean, 1),
    unit: `${writing.words.of} ${field.scaleEnd}`,
    ...changeOf(mean, before === null ? null : meanOf(before), "number", writing),
  };
  return { chart: chartOf({ kind: "scale", items: steps(own, 1, field.scaleEnd) }, writing), figures: [figure] };
}

export function meanOf(own: SummedField): number | null {
  let [sum, count] = [0, 0];
  for (const [value, times] of own.numbers) [sum, count] = [sum + value * times, count + times];
  return count === 0 ? null : sum / count;
}

function numberContent({ field, own, before, writing }: Question): Partial<FieldSection> {
  const { words, number, money } = writing;
  const summary = summariseNumbers([...own.numbers].sort(([a], [b]) => a - b));
  if (summary === null) return { remark: words.private_answers };
  const text = (value: number) => (field.type === "currency" ? money(value, field.currency) : number(value));
  const whole = [...own.numbers.keys()].every(Number.isSafeInteger);
  const definition: ChartDefinition = { kind: "histogram", bars: summary.histogram, whole, mean: summary.mean, median: summary.median };
  const figures: Figure[] = [
    {
      label: words.mean,
      value: text(summary.mean),
      ...changeOf(summary.mean, before === null ? null : meanOf(before), "percent", writing),
    },
    { label: words.median, value: text(summary.median) },
    { label: words.lowest, value: text(summary.min) },
    { label: words.highest, value: text(summary.max) },
  ];
  return { chart: chartOf(definition, writing), figures };
}
