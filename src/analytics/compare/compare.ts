// Two periods, two versions or two segments of a form side by side, with what chance has to say about the difference.
import { cached } from "../../cache";
import type { FieldDescription } from "../../forms";
import { type FormBarrier, fieldFinder, passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import type { Condition, FieldRef } from "../../store";
import { type AnalysedForm, loadAnalysedForm } from "../form";
import { planAt } from "../query/ask";
import { deadlineAt, QUERY_LIMIT_MS, withinDeadline } from "../query/deadline";
import { executePlan } from "../query/execute";
import { type KnownFields, knownFields } from "../query/fields";
import { hashText } from "../query/hash";
import { both } from "../query/parse";
import type { Deadline } from "../query/plan";
import { quantile } from "../query/quantile";
import type { Query, QueryField, Value } from "../query/types";
import { type Correction, correct } from "../statistics/correct";
import { type Counts, spreadOf } from "../statistics/numbers";
import { rateTest } from "../statistics/proportions";
import { type Judged, type Judgement, judgeChoices, judgeMultiple, judgeNumbers, judgeShares } from "./judge";
import { type ComparisonRequest, parseComparison } from "./request";
import { describeChange, sentenceOf } from "./sentence";
import type { Side } from "./sides";

const KEPT_SECONDS = 600;

export interface ComparedSide {
  label: string;
  responses: number;
  partials: number;
  /** Responses a day; null without a period. */
  perDay: number | null;
}

export interface NumberSide {
  answered: number;
  mean: number | null;
  median: number | null;
  deviation: number | null;
}

export interface ChoiceSide {
  answered: number;
  values: { value: string; count: number; share: number }[];
}

export interface ComparedField {
  field: string;
  type: FieldDescription["type"];
  a: NumberSide | ChoiceSide;
  b: NumberSide | ChoiceSide;
  judgement: Judged & { sentence: string };
}

/** Judged, but not yet among the others. */
type Drafted = Omit<ComparedField, "judgement"> & { judgement: Judgement };

export interface Comparison {
  a: ComparedSide;
  b: ComparedSide;
  /** How many responses came; only where both sides are periods. */
  rate: (Judged & { sentence: string }) | null;
  /** Of what was sent, how much was sent to its end. */
  completion: Judged & { sentence: string };
  fields: ComparedField[];
  alpha: number;
  correction: Correction;
  elapsedMs: number;
  current: boolean;
}

export async function compareSides(ctx: ServiceContext, input: { formId: string; comparison: unknown }): Promise<Comparison> {
  assertCan(ctx, "read");
  const startedAt = ctx.now();
  const deadline = deadlineAt(() => ctx.now(), startedAt + QUERY_LIMIT_MS);
  const form = await loadAnalysedForm(ctx, input.formId);
  const known = await knownFields(ctx, form.formId);
  // A period that goes on is as long as it has gone on; to the minute, so that asking twice is asking the same.
  const request = parseComparison(input.comparison, known.fields, startedAt - (startedAt % 60_000));
  const barrier = await passBarrier(ctx, form.formId, form.settings);
  const about = JSON.stringify([request.a, request.b, request.fields.map(({ path }) => path), request.alpha, request.correction]);
  const key = `compare:${ctx.workspaceId}:${form.formId}:${await hashText(about)}:${barrier.position}`;
  const { value } = await cached(ctx, { key, tags: [], ttlSeconds: KEPT_SECONDS, staleSeconds: 0, bypass: !barrier.current }, () =>
    withinDeadline(deadline, () => judgeSides(readerOf(ctx, form, known, barrier, deadline), request)),
  );
  return { ...value, elapsedMs: ctx.now() - startedAt, current: barrier.current };
}

async function judgeSides(
  reader: ReturnType<typeof readerOf>,
  { a, b, fields, alpha, correction }: ComparisonRequest,
): Promise<Omit<Comparison, "elapsedMs" | "current">> {
  const [ca, cb] = [await reader.statuses(a.condition), await reader.statuses(b.condition)];
  const completion = judgeShares({ yes: ca.complete, of: ca.complete + ca.partial }, { yes: cb.complete, of: cb.complete + cb.partial });
  const rate = a.period === null || b.period === null ? null : judgeRate(ca.complete, a.period, cb.complete, b.period);
  const compared: Drafted[] = [];
  for (const field of fields) compared.push(await reader.compare(field, a.condition, b.condition));
  const all: Judgement[] = [...(rate === null ? [] : [rate]), completion, ...compared.map(({ judgement }) => judgement)];
  const adjusted = correct(
    all.map(({ p }) => p),
    correction,
  );
  const judged = (what: string, one: Judgement): Judged & { sentence: string } => {
    const pAdjusted = adjusted[all.indexOf(one)] ?? one.p;
    const judgement = { ...one, pAdjusted, significant: pAdjusted < alpha };
    return { ...judgement, sentence: sentenceOf(what, [a.label, b.label], judgement, alpha) };
  };
  return {
    a: { label: a.label, responses: ca.complete, partials: ca.partial, perDay: perDay(ca.complete, a) },
    b: { label: b.label, responses: cb.complete, partials: cb.partial, perDay: perDay(cb.complete, b) },
    rate: rate === null ? null : judged("Responses a day", rate),
    completion: judged("The share of answers sent to their end", completion),
    fields: compared.map((one) => ({ ...one, judgement: judged(describeChange(one), one.judgement) })),
    alpha,
    correction,
  };
}

function readerOf(ctx: WorkspaceContext, form: AnalysedForm, known: KnownFields, barrier: FormBarrier, deadline: Deadline) {
  const find = fieldFinder(known.fields);
  const countBy = async (field: QueryField | null, condition: Condition): Promise<[Value, number][]> => {
    deadline.assertTime();
    const query: Query = {
      aggregate: "count",
      field: null,
      groups: field === null ? [] : [{ by: "value", ...field }],
      condition,
      sort: { by: "value", desc: true },
      // All of them: they are counted here, not shown.
      limit: Number.MAX_SAFE_INTEGER,
    };
    const { rows } = await executePlan({ ctx, form, query, position: barrier.position, deadline }, planAt(query, known, barrier));
    return rows.map(({ group, value }) => [group[0] ?? "", Number(value)]);
  };
  const answeredBy = async (ref: FieldRef, condition: Condition) =>
    (await countBy(null, both(condition, { op: "exists", field: ref, exists: true })))[0]?.[1] ?? 0;

  return {
    statuses: async (condition: Condition) => {
      const counts = new Map(await countBy({ name: "status", ...find("status", "") }, anyStatus(condition)));
      return { complete: counts.get("complete") ?? 0, partial: counts.get("partial") ?? 0 };
    },
    compare: async (field: FieldDescription, a: Condition, b: Condition): Promise<Drafted> => {
      const found: QueryField = { name: field.path, ...find(`data.${field.path}`, "fields") };
      const [left, right] = [await countBy(found, a), await countBy(found, b)];
      const base = { field: field.path, type: field.type };
      if (found.ref.kind === "number") {
        const [x, y] = [numbersOf(left), numbersOf(right)];
        return { ...base, a: numberSide(x), b: numberSide(y), judgement: judgeNumbers(x, y) };
      }
      const [x, y] = [textsOf(left), textsOf(right)];
      if (found.most > 1) {
        const [na, nb] = [await answeredBy(found.ref, a), await answeredBy(found.ref, b)];
        return { ...base, a: choiceSide(x, na), b: choiceSide(y, nb), judgement: judgeMultiple(x, na, y, nb) };
      }
      return { ...base, a: choiceSide(x, sumOf(x)), b: choiceSide(y, sumOf(y)), judgement: judgeChoices(x, y) };
    },
  };
}

/** The same without "complete": what was begun counts too. */
function anyStatus(condition: Condition): Condition {
  const field: FieldRef = { in: "column", name: "status", kind: "text" };
  const parts = condition.op === "and" ? condition.of : [condition];
  const rest = parts.filter(
    (part) => !(part.op === "compare" && part.field.in === "column" && part.field.name === "status" && part.value === "complete"),
  );
  return { op: "and", of: [{ op: "in", field, values: ["complete", "partial"] }, ...rest] };
}

function judgeRate(a: number, spanA: { from: number; to: number }, b: number, spanB: { from: number; to: number }): Judgement {
  const { ratio, lower, upper, p } = rateTest({ count: a, span: spanA.to - spanA.from }, { count: b, span: spanB.to - spanB.from });
  return { test: "poisson_exact", p, effect: { kind: "rate_ratio", value: ratio, lower, upper }, by: [], meanDifference: null };
}

function perDay(responses: number, { period }: Side): number | null {
  return period === null ? null : (responses * 86_400_000) / (period.to - period.from);
}

function numbersOf(counts: readonly [Value, number][]): Counts {
  return counts.filter((pair): pair is [number, number] => typeof pair[0] === "number").sort(([a], [b]) => a - b);
}

function textsOf(counts: readonly [Value, number][]): Map<string, number> {
  return new Map(counts.map(([value, count]) => [String(value), count]));
}

function numberSide(counts: Counts): NumberSide {
  const spread = spreadOf(counts);
  return {
    answered: spread?.n ?? 0,
    mean: spread?.mean ?? null,
    median: quantile(new Map(counts), 0.5),
    deviation: spread?.deviation ?? null,
  };
}

function choiceSide(counts: ReadonlyMap<string, number>, answered: number): ChoiceSide {
  const values = [...counts].sort(([v, n], [w, m]) => m - n || (v < w ? -1 : 1));
  return { answered, values: values.map(([value, count]) => ({ value, count, share: answered === 0 ? 0 : count / answered })) };
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
