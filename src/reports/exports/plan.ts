// From what was asked for to what will be read and written: checked against every version of the form. Asked again by the job, it
// comes to the same plan, because only published versions count and they never change.
import { type Form, type FormSchema, getForm, listSchemas } from "../../forms";
import { compileColumns } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { InvalidError, type Issue } from "../../shared/errors";
import { isTimeZone } from "../../shared/wall-clock";
import type { Condition, ResponseRow } from "../../store";
import { cellOfValue, columnOfCalculated } from "../table/calculated";
import type { Cell } from "../table/cells";
import { type ChoiceWriting, type Column, columnsOfForm, DEFAULT_SYSTEM_COLUMNS, type RepeatGroup } from "../table/columns";
import { wordedIn } from "../table/language";
import type { TableRequest } from "./request";
import { conditionFor } from "./which";

export interface TablePlan {
  form: Form;
  schemas: readonly FormSchema[];
  columns: readonly Column[];
  repeats: readonly RepeatGroup[];
  condition: Condition;
  /** In words: which responses. */
  what: string;
  descending: boolean;
  timezone: string;
  /** Of the questions, as the form names it; null for the form's own. */
  language: string | null;
  cellsOf(row: ResponseRow): Cell[];
}

export async function planTable(ctx: WorkspaceContext, request: TableRequest, choices: ChoiceWriting): Promise<TablePlan> {
  const form = await getForm(ctx, request.form_id);
  const published = await listSchemas(ctx, form.id);
  // A form that was never published has no answers; its draft says what they would look like.
  const { schemas, language } = wordedIn(published.length === 0 ? [form.schema] : published, request.options?.language);
  const timezone = request.options?.timezone ?? schemas.at(-1)?.settings?.timezone ?? "UTC";
  if (!isTimeZone(timezone)) {
    const message = "Use an IANA name such as Europe/Berlin.";
    throw new InvalidError(
      "There is no such time zone.",
      [{ path: "options.timezone", code: "unknown_timezone", message }],
      "unknown_timezone",
    );
  }
  const { condition, what } = await conditionFor(ctx, form.id, request.filter);
  const calculated = await compileColumns(ctx, form.id, request.calculated_fields ?? [], { timezone, path: "calculated_fields" });
  const known = columnsOfForm(schemas, request.options?.choices ?? choices);
  const worked = calculated.columns.map(columnOfCalculated);
  const columns = chosen(request.fields, known.system, known.fields, worked);
  const works = columns.some((column) => column.calculated);
  return {
    form,
    schemas,
    columns,
    repeats: known.repeats.filter(({ path }) => columns.some(({ repeat }) => repeat === path)),
    condition,
    what,
    descending: isDescending(request.sort),
    timezone,
    language,
    cellsOf: (row) => {
      const values = works ? calculated.valuesOf(row) : {};
      return columns.map((column) => (column.calculated ? cellOfValue(column.type, values[column.key]) : column.read(row)));
    },
  };
}

function isDescending(sort: TableRequest["sort"]): boolean {
  return typeof sort === "object" ? sort.desc === true : sort === "-submitted_at";
}

/** A name stands for all columns beneath it: `home` for each part of the address, `people` for each field of the group. */
function chosen(
  fields: readonly string[] | undefined,
  system: readonly Column[],
  ofForm: readonly Column[],
  calculated: readonly Column[],
): Column[] {
  if (fields === undefined) return [...system.slice(0, DEFAULT_SYSTEM_COLUMNS), ...ofForm, ...calculated];
  const issues: Issue[] = [];
  const columns = new Set<Column>();
  fields.forEach((asked, i) => {
    const name = asked.startsWith("data.") ? asked.slice("data.".length) : asked;
    const own = asked.startsWith("data.") ? [] : [...calculated, ...system].filter(({ key }) => key === name);
    const found = ofForm.filter(({ key, field }) => key === name || field?.path === name || key.startsWith(`${name}.`));
    // A field of the form goes before a word of ours; what is calculated goes before both.
    const [first] = own;
    const taken = first?.calculated ? [first] : found.length > 0 ? found : own;
    if (taken.length === 0)
      issues.push({ path: `fields.${i}`, code: "unknown_field", message: `The form has no field ${JSON.stringify(asked.slice(0, 80))}.` });
    for (const column of taken) columns.add(column);
  });
  if (issues.length > 0) throw new InvalidError("Some fields are unknown; `errors` names them.", issues, "unknown_field");
  // Whoever asks for a calculated field wants to see it, named or not.
  for (const column of calculated) columns.add(column);
  return [...columns];
}
