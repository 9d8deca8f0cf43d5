// pure. From added-up responses to the report: what is said first, what is compared, what each question shows.
import { captionOf, countText, shareText } from "../../charts";
import { changeOf } from "./change";
import type { Chart, Figure, Report } from "./model";
import { type DescribedField, meanOf, npsOf, sectionOf } from "./sections";
import type { Summary, SummedField } from "./summarise";
import { timeChart } from "./time-chart";
import type { Writing } from "./writing";

export interface Facts {
  title: string;
  subtitle: string;
  formTitle: string;
  workspace: string;
  madeAt: number;
  position: string;
  filters: readonly string[];
  /** Asked for by the filter; null: as long as there were responses. */
  period: { from: number; to: number } | null;
  /** Completed of started, where that is known for exactly these responses. */
  completionRate: number | null;
  printed: number;
}

const DAY_MS = 86_400_000;
const MAX_FIGURES = 4;

export function composeReport(
  facts: Facts,
  fields: readonly DescribedField[],
  now: Summary,
  before: Summary | null,
  writing: Writing,
): Report {
  const shown = facts.period ?? (now.first === null || now.last === null ? null : { from: now.first, to: now.last });
  // Nothing to compare with is not a fall to nothing.
  const then = before !== null && before.count > 0 ? before : null;
  const length = facts.period === null ? 0 : facts.period.to - facts.period.from;
  return {
    title: facts.title,
    subtitle: facts.subtitle,
    formTitle: facts.formTitle,
    workspace: facts.workspace,
    madeOn: writing.date(facts.madeAt),
    timezone: writing.timezone,
    period: shown === null ? "" : writing.range(shown.from, Math.max(shown.from, shown.to - (facts.period === null ? 0 : 1))),
    periodBefore: then === null || facts.period === null ? null : writing.range(facts.period.from - length, facts.period.from - 1),
    filters: facts.filters,
    position: facts.position,
    counts: { responses: now.count, printed: facts.printed, questions: fields.length },
    figures: figuresOf(facts, fields, now, then, writing),
    timeline: timelineOf(now, writing),
    sections: fields.map((field) =>
      sectionOf({
        field,
        own: now.fields.get(field.path) ?? NOTHING,
        before: then?.fields.get(field.path) ?? null,
        total: now.count,
        listed: facts.printed > 0,
        writing,
      }),
    ),
  };
}

const NOTHING: SummedField = {
  answered: 0,
  counts: new Map(),
  numbers: new Map(),
  crowded: false,
  ranks: new Map(),
  words: new Map(),
  quotes: [],
};

function figuresOf(facts: Facts, fields: readonly DescribedField[], now: Summary, before: Summary | null, writing: Writing): Figure[] {
  const { words, locale } = writing;
  const figures: Figure[] = [
    {
      label: words.responses_count,
      value: countText(now.count, locale),
      ...changeOf(now.count, before?.count ?? null, "percent", writing, "more"),
    },
  ];
  if (now.count === 0) return figures;
  const nps = fields.find(({ type, repeated }) => type === "nps" && !repeated);
  if (nps !== undefined) figures.push(...oneOf(nps, now, before, writing, "nps"));
  const rating = fields.find(({ type, repeated }) => type === "rating" && !repeated);
  if (rating !== undefined) figures.push(...oneOf(rating, now, before, writing, "rating"));
  if (facts.completionRate !== null) figures.push({ label: words.completion_rate, value: shareText(facts.completionRate, locale) });
  const time = medianOf(now.durations);
  if (time !== null) {
    const then = before === null ? null : medianOf(before.durations);
    figures.push({
      label: words.time_to_complete,
      value: writing.seconds(time),
      note: words.median,
      ...changeOf(time, then, "percent", writing, "unknown"),
    });
  }
  if (now.first !== null && now.last !== null) {
    const span = facts.period ?? { from: now.first, to: now.last };
    const days = Math.max(1, Math.round((span.to - span.from) / DAY_MS));
    if (now.count >= days) figures.push({ label: words.per_day, value: writing.number(now.count / days, 1) });
  }
  return figures.slice(0, MAX_FIGURES);
}

function oneOf(field: DescribedField, now: Summary, before: Summary | null, writing: Writing, kind: "nps" | "rating"): Figure[] {
  const own = now.fields.get(field.path);
  const then = before?.fields.get(field.path);
  if (own === undefined || own.answered === 0) return [];
  if (kind === "nps") {
    const { score } = npsOf(own);
    const value =
      score === null ? "–" : new Intl.NumberFormat(writing.locale, { signDisplay: "exceptZero", maximumFractionDigits: 0 }).format(score);
    return [{ label: "NPS", value, ...changeOf(score, then === undefined ? null : npsOf(then).score, "points", writing) }];
  }
  const mean = meanOf(own);
  if (mean === null) return [];
  const change = changeOf(mean, then === undefined ? null : meanOf(then), "number", writing);
  return [{ label: field.label, value: writing.number(mean, 1), unit: `${writing.words.of} ${field.scaleEnd}`, ...change }];
}

function timelineOf(now: Summary, writing: Writing): Chart | null {
  const definition = timeChart(now.days, writing);
  return definition === null ? null : { definition, caption: writing.language === "en" ? captionOf(definition, writing.locale) : "" };
}

function medianOf(counts: ReadonlyMap<number, number>): number | null {
  const ordered = [...counts].sort(([a], [b]) => a - b);
  const all = ordered.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of ordered) {
    seen += count;
    if (seen * 2 >= all) return value;
  }
  return null;
}
