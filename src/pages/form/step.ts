// pure. What becomes of a page that was sent: the same page again, another one, or an answer to be handed in. Rules and limits are
// asked anew each time over everything that was typed so far, so nothing that a visitor carries along is believed.
//
// Without script a page cannot show a question the moment its reason is given. So it goes in rounds: when sending a page makes
// questions appear on it that were not there, they are shown, pointed at, and the page is sent once more.
import {
  calculateFor,
  evaluateAnswers,
  evaluateRules,
  type FormSchema,
  type Issue,
  listPages,
  type PageDescription,
  type RuleState,
} from "../../forms";
import { asRaw, type Controls, mostTurns, type Raw, readSent } from "./answers";
import { controlsOn } from "./kept";
import { openedRaw, shownTurns, withShownTurns } from "./opened";

export interface Sheet {
  raw: Raw;
  /** With every entry of a repeating group that is shown, filled in or not. */
  shown: Raw;
  state: RuleState;
  page: PageDescription;
  /** The pages on the way as far as can be told, this one among them. */
  way: readonly string[];
  issues: readonly Issue[];
  /** Paths of questions that the answers have just brought up. */
  fresh: readonly string[];
}

export type Step = { kind: "show"; sheet: Sheet } | { kind: "send"; data: Raw; endedBy: string | null; raw: Raw };

interface Extra {
  issues?: readonly Issue[];
  fresh?: readonly string[];
}

export function openForm(schema: FormSchema, query: Controls, now: number): Sheet {
  return sheetOf(schema, openedRaw(schema, query), null, now);
}

export function takeStep(schema: FormSchema, sent: Controls, now: number): Step {
  const [go = "next", where = "", turn = ""] = (sent.get("_go")?.at(-1) ?? "next").split(":");
  const turning = go === "add" || go === "remove";
  const { raw, asked } = readSent(schema, sent, { keepBlankTurns: turning });
  const wanted = sent.get("_page")?.at(-1) ?? null;
  const show = (page: string | null, extra: Extra = {}): Step => ({ kind: "show", sheet: sheetOf(schema, raw, page, now, extra) });

  if (turning) {
    changeTurns(schema, raw, where, go === "add" ? null : Number(turn));
    return show(wanted);
  }
  const here = sheetOf(schema, raw, wanted, now);
  const at = here.way.indexOf(here.page.name);
  if (go === "back") return show(here.way[Math.max(0, at - 1)] ?? null);

  const verdict = evaluateAnswers(schema, raw, { mode: "complete", now, calculate: calculateFor(schema, now) });
  const issues = verdict.ok ? [] : verdict.issues;
  const pageOf = pageFinder(schema);
  const fresh = freshQuestions(schema, here, asked, now);
  const own = issues.filter(({ path }) => pageOf(path) === here.page.name && !fresh.some((name) => isAtOrIn(path, name)));
  if (own.length > 0 || fresh.length > 0) return show(here.page.name, { issues: own, fresh });
  const next = here.way[at + 1];
  if (next !== undefined) return show(next);
  if (verdict.ok) return { kind: "send", data: verdict.data, endedBy: verdict.endedBy?.rule ?? null, raw };
  // An earlier page is no longer right, because of what was answered since.
  const earlier = here.way.find((name) => issues.some(({ path }) => pageOf(path) === name)) ?? here.page.name;
  return show(earlier, { issues: issues.filter(({ path }) => pageOf(path) === earlier) });
}

export function sheetOf(schema: FormSchema, raw: Raw, wanted: string | null, now: number, extra: Extra = {}): Sheet {
  const zone = schema.settings?.timezone ?? "UTC";
  const shown = withShownTurns(schema.fields, raw, zone);
  const state = evaluateRules(schema, raw, { now, calculate: calculateFor(schema, now) });
  const pages = listPages(schema);
  const open = pages.filter(({ name, fields }) => state.pages.includes(name) && fields.some((field) => isSeen(schema, state, field)));
  const page = open.find(({ name }) => name === wanted) ?? open[0] ?? pages[0] ?? { name: "", title: "", fields: [] };
  return {
    raw,
    shown,
    state: { ...state, visible: union(state.visible, visibleTurns(schema, raw, shown, now)) },
    page,
    way: open.map(({ name }) => name),
    issues: extra.issues ?? [],
    fresh: extra.fresh ?? [],
  };
}

function isSeen(schema: FormSchema, state: RuleState, name: string): boolean {
  const type = schema.fields.find((field) => field.name === name)?.type;
  return state.visible.has(name) && type !== "hidden" && type !== "page_break";
}

/** Entries that nobody has filled in are not in the answers yet, so what is visible in them is asked for as if they were. */
function visibleTurns(schema: FormSchema, raw: Raw, shown: Raw, now: number): string[] {
  const known = new Set(toTurnPaths(schema.fields, raw));
  const added = toTurnPaths(schema.fields, shown).filter((path) => !known.has(path));
  if (added.length === 0) return [];
  const { visible } = evaluateRules(schema, shown, { now, calculate: calculateFor(schema, now) });
  return [...visible].filter((path) => added.some((turn) => path.startsWith(`${turn}.`)));
}

function toTurnPaths(fields: FormSchema["fields"], raw: Raw, prefix = ""): string[] {
  return fields.flatMap((field) => {
    const path = prefix + field.name;
    if (field.type === "group") return toTurnPaths(field.fields ?? [], asRaw(raw[field.name]), `${path}.`);
    if (field.type !== "repeat") return [];
    const turns = Array.isArray(raw[field.name]) ? (raw[field.name] as unknown[]) : [];
    return turns.flatMap((turn, at) => [`${path}.${at}`, ...toTurnPaths(field.fields ?? [], asRaw(turn), `${path}.${at}.`)]);
  });
}

function freshQuestions(schema: FormSchema, sheet: Sheet, asked: ReadonlySet<string>, now: number): string[] {
  const state = evaluateRules(schema, sheet.raw, { now, calculate: calculateFor(schema, now) });
  return [...controlsOn(schema, { ...sheet, shown: sheet.raw, state })].filter((path) => !asked.has(path));
}

/** Changes `raw`, if there is such a group. */
function changeTurns(schema: FormSchema, raw: Raw, path: string, remove: number | null): void {
  let fields = schema.fields;
  let around = raw;
  const steps = path.split(".");
  for (let i = 0; i < steps.length; i++) {
    const field = fields.find(({ name }) => name === steps[i]);
    if (field === undefined || (field.type !== "group" && field.type !== "repeat")) return;
    if (field.type === "repeat" && i === steps.length - 1) {
      const turns = shownTurns(field, around[field.name], schema.settings?.timezone ?? "UTC");
      if (remove === null) turns.push({});
      else turns.splice(remove, 1);
      around[field.name] = turns.slice(0, mostTurns(field));
      return;
    }
    const inside = field.type === "repeat" ? (around[field.name] as unknown[] | undefined)?.[Number(steps[++i])] : around[field.name];
    fields = field.fields ?? [];
    around = asRaw(inside);
  }
}

function pageFinder(schema: FormSchema): (path: string) => string {
  const pages = listPages(schema);
  const of = new Map(pages.flatMap(({ name, fields }) => fields.map((field) => [field, name] as const)));
  return (path) => of.get(path.split(".")[0] ?? "") ?? pages[0]?.name ?? "";
}

export function isAtOrIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`);
}

function union(a: ReadonlySet<string>, b: readonly string[]): ReadonlySet<string> {
  return b.length === 0 ? a : new Set([...a, ...b]);
}
