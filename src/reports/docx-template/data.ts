// From an export's rows to what a template's tags are answered with.
import type { Scope } from "../../expressions";
import { type Field, isAnswerable, responseScope, responseValues, typesOfCalculated } from "../../forms";
import { JobFailedError } from "../../jobs";
import type { ResponseRow } from "../../store";
import type { ExportSource } from "../formats/format";
import { answersOf, plainText, type ResponseContext } from "../pdf/answers";
import { questionsOf } from "../pdf/fields";
import type { AnswerValue } from "../pdf/model";
import { printedFile } from "../pdf/printed-file";
import { meanOf } from "../pdf/sections";
import { Summary } from "../pdf/summarise";
import { writingOf } from "../pdf/writing";
import type { Filling, Item } from "./fill";
import { vocabularyOf } from "./vocabulary";

/** A template is laid out as a whole in memory, a quarter of a megabyte for each, and an isolate has 128 MB. */
const MAX_RESPONSES = 500;

export async function fillingOf(source: ExportSource): Promise<Filling> {
  const { meta, schemas } = source;
  const writing = writingOf("en", meta.timezone);
  const questions = questionsOf(schemas);
  const summary = new Summary(questions, writing.dayOf);
  const newest = schemas.at(-1) ?? { fields: [] };
  const raw = new WeakMap<object, Readonly<Record<string, unknown>>>();
  const responses: Item[] = [];
  for await (const page of source.pages()) {
    for (const { response, files } of page) {
      if (responses.length === MAX_RESPONSES) {
        throw new JobFailedError(
          `A Word template takes at most ${MAX_RESPONSES} responses at once. Filter them, or leave the template out with "branding": false.`,
        );
      }
      summary.add(response);
      const schema = schemas[response.formVersion - 1] ?? newest;
      const item = responseItem(response, responses.length + 1, { schema, writing, findFile: (id) => printedFile(id, files) });
      raw.set(item, responseValues(response, newest));
      responses.push(item);
    }
  }
  const data: Item = {
    title: meta.title,
    form: meta.formTitle,
    workspace: meta.workspaceName,
    date: writing.date(meta.madeAt),
    position: meta.position,
    count: responses.length,
    responses,
    questions: questions.map((question) => {
      const own = summary.fields.get(question.path);
      const mean = own === undefined ? null : meanOf(own);
      const answered = own?.answered ?? 0;
      return {
        label: question.label,
        answered,
        skipped: Math.max(0, responses.length - answered),
        average: mean === null ? "" : writing.number(mean, 2),
        choices: (question.options ?? []).map(({ value, label }) => {
          const count = own?.counts.get(value) ?? 0;
          return { label, count, share: `${answered === 0 ? 0 : Math.round((count / answered) * 100)} %` };
        }),
      };
    }),
  };
  const form: Scope = responseScope(schemas, typesOfCalculated);
  return {
    data,
    rawOf: (item) => raw.get(item),
    moment: { now: meta.madeAt, timezone: meta.timezone },
    vocabulary: vocabularyOf(schemas),
    form,
  };
}

function responseItem(row: ResponseRow, number: number, context: ResponseContext): Item {
  const { writing, schema } = context;
  const answers = schema.fields
    .flatMap((field) => answersOf(field, row.data[field.name], context, ""))
    .filter(({ value }) => value.kind !== "none")
    .map(({ label, value }) => ({ label, text: inWords(value) }));
  return {
    ...Object.fromEntries(
      schema.fields.filter(({ type }) => isAnswerable(type)).map((field) => [field.name, shown(field, row.data[field.name], context)]),
    ),
    number,
    id: row.id,
    submitted_at: writing.dateTime(row.submittedAt),
    status: row.status,
    seconds: row.durationMs === null ? "" : Math.round(row.durationMs / 1_000),
    answers,
  };
}

/** As people read it: a text; a list of texts for several choices; groups and turns with their own names. */
function shown(field: Field, value: unknown, context: ResponseContext): unknown {
  if (value === null || value === undefined) return field.type === "repeat" ? [] : "";
  if (field.type === "repeat") return [value].flat().map((turn) => members(field, turn, context));
  if (field.type === "group") return members(field, value, context);
  if (field.type === "address" || field.type === "date_range" || field.type === "matrix") return labelledParts(field, value);
  const [answer] = answersOf(field, value, context, "");
  if (answer === undefined || answer.value.kind === "none") return "";
  if (answer.value.kind === "choice" && ["multi_select", "checkboxes", "ranking"].includes(field.type)) return [...answer.value.labels];
  return inWords(answer.value);
}

/** A name alone would lead nowhere from a document. */
function inWords(value: AnswerValue): string {
  if (value.kind !== "files") return plainText(value);
  return value.files.map(({ name, url }) => (url ? `${name} ${url}` : name)).join(", ");
}

function members(field: Field, value: unknown, context: ResponseContext): Item {
  const given = (value ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    (field.fields ?? []).filter(({ type }) => isAnswerable(type)).map((inner) => [inner.name, shown(inner, given[inner.name], context)]),
  );
}

function labelledParts(field: Field, value: unknown): Item {
  const given = (value ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(given).map(([name, part]) => [
      name,
      field.options?.find((option) => option.value === part)?.label ?? String(part ?? ""),
    ]),
  );
}
