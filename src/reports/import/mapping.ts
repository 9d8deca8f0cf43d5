// pure. Which column is which field, and what a cell's text becomes as an answer.
import type { FieldDescription } from "../../forms";

export const OWN_TARGETS = ["submitted_at", "started_at", "status"] as const;
export type OwnTarget = (typeof OWN_TARGETS)[number];

export type Mapping = Readonly<Record<string, string | null>>;

export interface ImportRecord {
  data: Record<string, unknown>;
  submittedAt?: string;
  startedAt?: string;
  status?: string;
}

const OURS: Readonly<Record<string, OwnTarget>> = {
  submittedat: "submitted_at",
  submitted: "submitted_at",
  submissiondate: "submitted_at",
  timestamp: "submitted_at",
  completedat: "submitted_at",
  createdat: "submitted_at",
  startedat: "started_at",
  status: "status",
};
/** A field that nobody can answer has nothing to take from a file: it is calculated anew. Files are not in the file. */
const NOT_TAKEN: ReadonlySet<string> = new Set(["calculated", "file", "signature"]);
const ADDRESS_PARTS = ["line1", "line2", "city", "region", "postal_code", "country"];
const RANGE_PARTS = ["start", "end"];
const LISTS: ReadonlySet<string> = new Set(["multi_select", "checkboxes", "ranking"]);
const CHOICES: ReadonlySet<string> = new Set(["select", "radio", "multi_select", "checkboxes", "ranking"]);
const NUMBERS: ReadonlySet<string> = new Set(["number", "slider", "currency", "rating", "nps"]);
const YES = new Set(["yes", "y", "true", "1", "x", "on", "ja", "oui", "si", "sí", "✓"]);
const NO = new Set(["no", "n", "false", "0", "off", "nein", "non"]);

/** Every target that a column may have, with its field and, of a field with parts, the part. */
export function targetsOf(fields: readonly FieldDescription[]): Map<string, { field: FieldDescription; part: string | null }> {
  const targets = new Map<string, { field: FieldDescription; part: string | null }>();
  for (const field of fields) {
    if (NOT_TAKEN.has(field.type) || field.repeated) continue;
    targets.set(field.path, { field, part: null });
    const parts =
      field.type === "address"
        ? ADDRESS_PARTS
        : field.type === "date_range"
          ? RANGE_PARTS
          : field.type === "matrix"
            ? (field.rows ?? []).map(({ value }) => value)
            : [];
    for (const part of parts) targets.set(`${field.path}.${part}`, { field, part });
  }
  return targets;
}

/** By name, path or label, whatever the case and the signs between; each target once. */
export function suggestMapping(columns: readonly string[], fields: readonly FieldDescription[]): Record<string, string | null> {
  const targets = targetsOf(fields);
  const taken = new Set<string>();
  const byText = new Map<string, string>();
  const offer = (text: string, target: string) => {
    const folded = fold(text);
    if (folded !== "" && !byText.has(folded)) byText.set(folded, target);
  };
  for (const target of targets.keys()) offer(target, target);
  for (const [target, { field, part }] of targets) offer(part === null ? field.name : `${field.label} ${part}`, target);
  for (const [target, { field, part }] of targets) if (part === null) offer(field.label, target);
  for (const [text, target] of Object.entries(OURS)) if (!byText.has(text)) byText.set(text, target);

  const mapping: Record<string, string | null> = {};
  for (const column of columns) {
    const folded = fold(column.replace(/^data\./, ""));
    const target = byText.get(folded) ?? null;
    mapping[column] = target !== null && !taken.has(target) ? target : null;
    if (mapping[column] !== null) taken.add(mapping[column]);
  }
  // What is left may be near a name: a column “Department (2024)” is the department, if only one field could be meant.
  for (const column of columns) {
    if (mapping[column] !== null) continue;
    const folded = fold(column);
    const near = [...byText].filter(([text, target]) => text.length >= 4 && folded.includes(text) && !taken.has(target));
    const [only, ...others] = new Set(near.map(([, target]) => target));
    if (only === undefined || others.length > 0) continue;
    mapping[column] = only;
    taken.add(only);
  }
  return mapping;
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

export interface ReadOptions {
  /** What `01/02/2026` is. */
  dates: "ymd" | "dmy" | "mdy";
  /** Between the values of a list in one cell. */
  separator: string;
}

/** One row's answers. What cannot be an answer is passed on as it is: the form's own validation says what is wrong with it. */
export function toRecord(
  row: Readonly<Record<string, unknown>>,
  mapping: Mapping,
  fields: readonly FieldDescription[],
  options: ReadOptions,
): ImportRecord {
  const targets = targetsOf(fields);
  const record: ImportRecord = { data: {} };
  for (const [column, target] of Object.entries(mapping)) {
    const raw = Object.hasOwn(row, column) ? row[column] : undefined;
    if (target === null || raw === undefined || raw === null || raw === "") continue;
    if (target === "submitted_at") record.submittedAt = asDate(String(raw), options, true);
    else if (target === "started_at") record.startedAt = asDate(String(raw), options, true);
    else if (target === "status") record.status = String(raw).trim().toLowerCase();
    else {
      const found = targets.get(target);
      if (found !== undefined)
        put(
          record.data,
          [...found.field.path.split("."), ...(found.part === null ? [] : [found.part])],
          toAnswer(raw, found.field, found.part, options),
        );
    }
  }
  return record;
}

function toAnswer(raw: unknown, field: FieldDescription, part: string | null, options: ReadOptions): unknown {
  const { type } = field;
  if (typeof raw !== "string") return raw;
  // Text that began like a formula was given an apostrophe on its way out.
  const text = /^'[=+\-@\t\r]/.test(raw) ? raw.slice(1) : raw;
  if (part !== null) return type === "matrix" ? toOption(text, field) : type === "date_range" ? asDate(text, options, false) : text;
  if (LISTS.has(type)) return toList(text, options.separator).map((item) => toOption(item, field));
  if (CHOICES.has(type)) return toOption(text, field);
  if (type === "date" || type === "datetime") return asDate(text, options, type === "datetime");
  if (type === "yes_no" || type === "consent") {
    const word = text.trim().toLowerCase();
    return YES.has(word) ? true : NO.has(word) ? false : text;
  }
  if (NUMBERS.has(type)) return text.replace(/^[\s$€£]+|[\s%]+$/g, "");
  if (type === "matrix" || type === "address" || type === "date_range") return asJson(text);
  return text;
}

/** The value, or the one whose label it is. */
function toOption(text: string, { options = [] }: FieldDescription): string {
  const trimmed = text.trim();
  if (options.some(({ value }) => value === trimmed)) return trimmed;
  const folded = trimmed.toLowerCase();
  return options.find(({ label, value }) => label.trim().toLowerCase() === folded || value.toLowerCase() === folded)?.value ?? trimmed;
}

function toList(text: string, separator: string): string[] {
  const parsed = text.trimStart().startsWith("[") ? asJson(text) : null;
  if (Array.isArray(parsed)) return parsed.map(String);
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const DATE = /^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/** `31.01.2026` and its kin as ISO; anything else as it was. */
function asDate(text: string, { dates }: ReadOptions, withTime: boolean): string {
  const trimmed = text.trim();
  const match = trimmed.length <= 40 ? DATE.exec(trimmed) : null;
  if (match === null) return trimmed;
  const [, a = "", b = "", c = "", time, offset = ""] = match;
  const [year, month, day] = a.length === 4 ? [a, b, c] : dates === "mdy" ? [c, a, b] : [c, b, a];
  if (year.length !== 4) return trimmed;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (!withTime) return date;
  return time === undefined ? `${date}T00:00` : `${date}T${time.padStart(5, "0")}${offset}`;
}

function put(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = data;
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, name) ? at[name] : undefined;
    if (inner === null || typeof inner !== "object")
      Object.defineProperty(at, name, { value: {}, enumerable: true, writable: true, configurable: true });
    at = at[name] as Record<string, unknown>;
  }
  Object.defineProperty(at, path.at(-1) ?? "", { value, enumerable: true, writable: true, configurable: true });
}
