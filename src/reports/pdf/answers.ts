// pure. One response as a page of a report shows it: labels instead of stored values, in the order of the form.
import type { Field, FormSchema, Option } from "../../forms";
import { isAnswerable, listPages } from "../../forms";
import type { ResponseRow } from "../../store";
import type { Answer, AnswerValue, PrintedFile, PrintedResponse } from "./model";
import { isEmpty } from "./summarise";
import type { Writing } from "./writing";

/** What the store knows of an upload: its name and, when it can be shown, the picture itself. */
export type FindFile = (uploadId: string) => PrintedFile;

const MAX_TEXT = 20_000;
const MAX_ROWS = 200;
const RATING_STEPS = 5;
const NPS_STEPS = 10;

export interface ResponseContext {
  schema: FormSchema;
  writing: Writing;
  findFile: FindFile;
  /** Further answers that the export works out: label and text. */
  calculated?: readonly { label: string; text: string }[];
  /** Names of top-level fields to print; all when absent. */
  only?: ReadonlySet<string>;
}

export function printedResponse(row: ResponseRow, number: number, context: ResponseContext): PrintedResponse {
  const { schema, writing } = context;
  const byName = new Map(schema.fields.map((field) => [field.name, field]));
  const parts = listPages(schema)
    .map((page) => ({
      title: page.title,
      answers: page.fields.flatMap((name) => {
        const field = byName.get(name);
        return field === undefined || context.only?.has(name) === false ? [] : answersOf(field, row.data[name], context, "");
      }),
    }))
    .filter(({ answers }) => answers.length > 0);
  const calculated = context.calculated ?? [];
  if (calculated.length > 0) {
    parts.push({ title: "", answers: calculated.map(({ label, text }) => ({ label, value: textValue(text) })) });
  }
  const facts = [{ label: writing.words.submitted, value: writing.dateTime(row.submittedAt) }];
  if (row.durationMs !== null) facts.push({ label: writing.words.time_to_complete, value: writing.seconds(row.durationMs / 1_000) });
  return { id: row.id, number, name: nameOf(schema, row.data), submittedAt: writing.dateTime(row.submittedAt), facts, parts };
}

export function answersOf(field: Field, value: unknown, context: ResponseContext, prefix: string): Answer[] {
  if (!isAnswerable(field.type)) return [];
  const label = prefix === "" ? field.label : `${prefix} · ${field.label}`;
  if (field.type === "group") {
    const inner = isObject(value) ? value : {};
    return (field.fields ?? []).flatMap((one) => answersOf(one, inner[one.name], context, label));
  }
  if (field.type === "hidden" && isEmpty(value)) return [];
  return [{ label, value: isEmpty(value) ? { kind: "none" } : answerOf(field, value, context) }];
}

function answerOf(field: Field, value: unknown, context: ResponseContext): AnswerValue {
  const { writing, findFile } = context;
  switch (field.type) {
    case "select":
    case "radio":
      return { kind: "choice", labels: [labelOf(field.options, value)], ordered: false };
    case "multi_select":
    case "checkboxes":
    case "ranking":
      return { kind: "choice", labels: [value].flat().map((one) => labelOf(field.options, one)), ordered: field.type === "ranking" };
    case "rating":
      return typeof value === "number" ? { kind: "scale", value, of: scaleEnd(field, RATING_STEPS) } : textValue(value);
    case "nps":
      return typeof value === "number" ? { kind: "scale", value, of: NPS_STEPS } : textValue(value);
    case "number":
    case "slider":
      return typeof value === "number" ? { kind: "number", text: writing.number(value, 6) } : textValue(value);
    case "currency":
      return typeof value === "number" ? { kind: "number", text: writing.money(value, field.currency) } : textValue(value);
    case "calculated":
      return typeof value === "number" ? { kind: "number", text: writing.number(value, 6) } : textValue(value);
    case "yes_no":
      return { kind: "yes_no", yes: value === true, text: value === true ? writing.words.yes : writing.words.no };
    case "consent":
      return { kind: "yes_no", yes: value === true, text: value === true ? writing.words.agreed : writing.words.not_agreed };
    case "date":
      return { kind: "number", text: dateText(value, context) };
    case "datetime":
      return { kind: "number", text: timeText(value, writing) };
    case "date_range": {
      const { start, end } = isObject(value) ? value : {};
      return {
        kind: "number",
        text: [start, end]
          .filter((one) => !isEmpty(one))
          .map((one) => dateText(one, context))
          .join(" – "),
      };
    }
    case "matrix":
      return matrixValue(field, value);
    case "address": {
      const { line1, line2, city, region, postal_code, country } = isObject(value) ? value : {};
      const lines = [line1, line2, [postal_code, city].filter((one) => !isEmpty(one)).join(" "), region, country];
      return { kind: "lines", lines: lines.filter((line) => !isEmpty(line)).map(String) };
    }
    case "repeat":
      return repeatValue(field, value, context);
    case "file":
    case "signature":
      return { kind: "files", files: [value].flat().map((id) => findFile(String(id))) };
    default:
      return textValue(value);
  }
}

function matrixValue(field: Field, value: unknown): AnswerValue {
  const given = isObject(value) ? value : {};
  const rows = field.rows ?? [];
  const known = new Set(rows.map((row) => row.value));
  const labelled = rows.map((row) => [row.label, labelOf(field.options, given[row.value])] as const);
  const older = Object.entries(given).filter(([row]) => !known.has(row));
  const all = [...labelled, ...older.map(([row, column]) => [row, labelOf(field.options, column)] as const)];
  return { kind: "table", columns: [], rows: all.map(([row, column]) => [row, column]) };
}

function repeatValue(field: Field, value: unknown, context: ResponseContext): AnswerValue {
  const inner = (field.fields ?? []).filter(({ type }) => isAnswerable(type));
  const items = [value].flat().filter(isObject).slice(0, MAX_ROWS);
  return {
    kind: "table",
    columns: inner.map(({ label }) => label),
    rows: items.map((item) => inner.map((one) => (isEmpty(item[one.name]) ? "" : plainText(answerOf(one, item[one.name], context))))),
  };
}

/** An answer on one line, for a cell. */
export function plainText(value: AnswerValue): string {
  switch (value.kind) {
    case "none":
      return "";
    case "text":
    case "number":
    case "yes_no":
      return value.text;
    case "choice":
      return value.labels.join(", ");
    case "scale":
      return `${value.value}/${value.of}`;
    case "lines":
      return value.lines.join(", ");
    case "files":
      return value.files.map(({ name }) => name).join(", ");
    case "table":
      return value.rows.map((row) => row.filter((cell) => cell !== "").join(": ")).join("; ");
  }
}

function textValue(value: unknown): AnswerValue {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { kind: "text", text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text.toWellFormed() };
}

export function labelOf(options: readonly Option[] | undefined, value: unknown): string {
  if (isEmpty(value)) return "";
  return options?.find((option) => option.value === String(value))?.label ?? String(value);
}

export function scaleEnd(field: { validation?: { max?: number | string } }, usual: number): number {
  const max = field.validation?.max;
  return typeof max === "number" && max > 0 && max <= 20 ? max : usual;
}

function dateText(value: unknown, { writing }: ResponseContext): string {
  const text = String(value);
  // A date has no time zone: noon of UTC is that day wherever it is read, but it is written as it was given.
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  return new Intl.DateTimeFormat(writing.locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(
    Date.parse(`${text}T12:00:00Z`),
  );
}

function timeText(value: unknown, writing: Writing): string {
  const time = Date.parse(String(value));
  return Number.isNaN(time) ? String(value) : writing.dateTime(time);
}

const NAME_FIELDS = /^(full_?name|name|your_name|company|organisation|organization)$/;

function nameOf(schema: FormSchema, data: Record<string, unknown>): string {
  const text = (name: string) => (typeof data[name] === "string" ? data[name].trim() : "");
  const whole = schema.fields.find(({ name, type }) => type === "short_text" && NAME_FIELDS.test(name) && text(name) !== "");
  const name = whole === undefined ? [text("first_name"), text("last_name")].filter((part) => part !== "").join(" ") : text(whole.name);
  const [first = ""] = name.split("\n");
  return first.length > 60 ? `${first.slice(0, 59).toWellFormed()}…` : first;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
