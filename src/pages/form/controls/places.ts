// pure. Where on the page a path of an answer is: ids of controls, and the words that stand beside them.
import type { Field, FormSchema, Issue } from "../../../forms";
import { partsOf } from "../answers";

/** Ids hold no text of the author's: a row of a matrix may be called anything. */
export function idOf(path: string): string {
  return `f-${path}`;
}

export function partId(field: Field, path: string, part: string): string {
  const index = partsOf(field)?.indexOf(part) ?? -1;
  return `${idOf(path)}-p${index}`;
}

export interface Placed {
  /** By the path of a field, or of a part of one. */
  messages: ReadonlyMap<string, string>;
  /** In the order of the form; `href` leads to the control. */
  summary: readonly { href: string | null; label: string; message: string }[];
}

export function placeIssues(schema: FormSchema, issues: readonly Issue[]): Placed {
  const messages = new Map<string, string>();
  const summary: Placed["summary"][number][] = [];
  for (const { path, message } of issues) {
    const place = findField(schema.fields, path);
    const where = place === null ? "" : place.part === null ? place.path : `${place.path}.${place.part}`;
    if (messages.has(where)) continue;
    messages.set(where, message);
    summary.push({ href: place === null ? null : `#${firstControl(place)}`, label: place?.label ?? "", message });
  }
  return { messages, summary };
}

/** Where a link to a question leads: to the control itself, so that the next key goes into it. */
function firstControl({ field, path, part }: Pick<Place, "field" | "path" | "part">): string {
  const first = part ?? partsOf(field)?.[0];
  return first === undefined ? idOf(path) : partId(field, path, first);
}

export function linkTo(schema: FormSchema, path: string): { href: string; label: string } | null {
  const place = findField(schema.fields, path);
  return place === null ? null : { href: `#${firstControl(place)}`, label: place.label };
}

interface Place {
  field: Field;
  path: string;
  /** A part with a control of its own; what is wrong with one item of a list is said of the list. */
  part: string | null;
  label: string;
}

function findField(fields: readonly Field[], path: string, prefix = ""): Place | null {
  const field = fields.find(({ name }) => isAtOrIn(path, prefix + name));
  if (field === undefined) return null;
  const own = prefix + field.name;
  const rest = path.slice(own.length + 1);
  const here: Place = { field, path: own, part: null, label: field.label };
  if (rest === "") return here;
  if (field.type === "group") return findField(field.fields ?? [], path, `${own}.`) ?? here;
  if (field.type === "repeat") {
    const turn = rest.split(".")[0] ?? "";
    const inside = findField(field.fields ?? [], path, `${own}.${turn}.`);
    return inside === null ? here : { ...inside, label: `${inside.label} (${Number(turn) + 1})` };
  }
  if (!partsOf(field)?.includes(rest)) return here;
  const row = field.rows?.find(({ value }) => value === rest);
  return { ...here, part: rest, label: row === undefined ? field.label : `${field.label}: ${row.label}` };
}

function isAtOrIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`);
}
