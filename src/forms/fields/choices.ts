// pure. Answers that are chosen from what the form offers: one, several, in order, by row; and files, chosen from what was uploaded.
import { whyFileUnfit } from "../definition/files";
import { isObject, numberLimit, own, plural, type ReadableField, type Reader, type Reading } from "./read";

const NOT_OFFERED = "Please choose one of the options.";

export const readChoice: Reader = (raw, field, reading) => {
  if (typeof raw !== "string") return reading.refuse("wrong_type", NOT_OFFERED);
  const value = field.options.has(raw) ? raw : raw.trim();
  return field.options.has(value) ? value : reading.refuse("not_an_option", NOT_OFFERED);
};

export const readChoices: Reader = (raw, field, reading) => {
  const values = readList(raw, reading, field.options.size, "wrong_type", "Please choose from the options.");
  if (values === undefined) return undefined;
  const stray = values.findIndex((value) => typeof value !== "string" || !field.options.has(value));
  if (stray !== -1) return reading.refuse("not_an_option", "Please choose only from the options.", String(stray));
  if (new Set(values).size !== values.length) return reading.refuse("chosen_twice", "Please choose each option only once.");
  checkCount(values.length, reading, field.field.type === "ranking" ? "rank" : "choose", "option");
  return values;
};

/** A single value stands for a list of one: that is how an HTML form sends it. */
function readList(raw: unknown, reading: Reading, most: number, code: string, message: string): unknown[] | undefined {
  const list = Array.isArray(raw) ? raw : typeof raw === "string" ? [raw] : undefined;
  if (list === undefined) return reading.refuse(code, message);
  // Before anything looks at the items: their number is the sender's choice.
  if (list.length > most) return reading.refuse("too_many_items", `Please give at most ${plural(most, "answer")} here.`);
  return [...list];
}

function checkCount(count: number, reading: Reading, verb: string, noun: string): void {
  const min = numberLimit(reading.validation.min);
  const max = numberLimit(reading.validation.max);
  if (min !== undefined && count < min && !reading.env.partial) reading.limit("too_few", `Please ${verb} at least ${plural(min, noun)}.`);
  if (max !== undefined && count > max) reading.limit("too_many", `Please ${verb} at most ${plural(max, noun)}.`);
}

export const readMatrix: Reader = (raw, field, reading) => {
  if (!isObject(raw)) return reading.refuse("wrong_type", "Please choose an answer in each row.");
  const keys = Object.keys(raw);
  if (keys.length > field.rows.size + 20) return reading.refuse("too_many_items", "This has more rows than the question.");
  for (const key of keys)
    if (!field.rows.has(key)) reading.refuse("unknown_row", "This row is not part of the question.", key.slice(0, 100));
  const answers: Record<string, string> = {};
  for (const row of field.rows) {
    const column = own(raw, row);
    if (column === undefined || column === null || column === "" || row === "__proto__") continue;
    if (typeof column === "string" && field.options.has(column)) answers[row] = column;
    else reading.refuse("not_an_option", NOT_OFFERED, row);
  }
  return Object.keys(answers).length === 0 ? undefined : answers;
};

export function unansweredRows(value: unknown, field: ReadableField): string[] {
  return [...field.rows].filter((row) => own(value, row) === undefined);
}

const UPLOAD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const MAX_FILES = 100;

export const readFiles: Reader = (raw, field, reading) => {
  const ids = readList(raw, reading, Math.min(numberLimit(reading.validation.max) ?? 10, MAX_FILES), "wrong_type", "Please upload a file.");
  if (ids === undefined) return undefined;
  for (const [index, id] of ids.entries()) checkUpload(id, reading, field, String(index));
  if (new Set(ids).size !== ids.length) reading.refuse("chosen_twice", "Please upload each file only once.");
  checkCount(ids.length, reading, "upload", "file");
  return reading.problems.length === 0 ? ids : undefined;
};

export const readSignature: Reader = (raw, field, reading) => {
  checkUpload(raw, reading, field);
  return reading.problems.length === 0 ? raw : undefined;
};

function checkUpload(id: unknown, reading: Reading, field: ReadableField, part?: string): void {
  if (typeof id !== "string" || !UPLOAD_ID.test(id)) {
    reading.refuse("bad_upload", field.field.type === "signature" ? "Please sign here." : "Please upload the file again.", part);
    return;
  }
  const facts = reading.env.upload?.(id, reading.path);
  if (reading.env.upload === undefined || facts === "kept") return;
  if (facts === undefined) reading.refuse("unknown_upload", "Please upload the file again: it is no longer there.", part);
  else if (facts.problem !== undefined) reading.refuse(facts.problem.code, facts.problem.message, part);
  else {
    const unfit = whyFileUnfit(reading.validation, facts);
    if (unfit !== null) reading.limit(unfit.code, unfit.message, part);
  }
}
