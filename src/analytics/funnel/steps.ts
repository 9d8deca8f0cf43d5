// pure. From what is counted of visits and responses to how many reached each page and each field, and how many left there.
import type { FormSchema } from "../../forms";
import { listPages } from "../../forms";
import { fieldsInOrder, timeOfSlot } from "../../responses";

export interface Counted {
  /** Complete responses by version. */
  versions: ReadonlyMap<number, number>;
  /** `field:<name>` and `page:<name>` that the rules did not show, and to how many. */
  skipped: ReadonlyMap<string, number>;
  /** `<version>:<path>` of the last answer of partial responses. */
  stopped: ReadonlyMap<string, number>;
  /** `<version>:<page>` where those stand who sent nothing. */
  standing: ReadonlyMap<string, number>;
  /** Slots of times by `<version>:<page>`. */
  times: ReadonlyMap<string, ReadonlyMap<number, number>>;
  answered: ReadonlyMap<string, number>;
}

export interface PageStep {
  page: string;
  title: string;
  reached: number;
  /** Went no further than this. */
  left: number;
  medianSeconds: number | null;
}

export interface FieldStep {
  field: string;
  label: string;
  page: string;
  reached: number;
  /** Of the complete responses. */
  answered: number;
  /** Sent part of an answer, of which this was the last. */
  left: number;
}

interface Version {
  pages: ReturnType<typeof listPages>;
  fields: ReturnType<typeof fieldsInOrder>;
}

/** The steps are those of the newest version; older ones count where they have the same page or field. */
export function funnelSteps(schemas: ReadonlyMap<number, FormSchema>, counted: Counted): { pages: PageStep[]; fields: FieldStep[] } {
  const versions = new Map(
    [...schemas].map(([n, schema]): [number, Version] => [n, { pages: listPages(schema), fields: fieldsInOrder(schema) }]),
  );
  const newest = versions.get(Math.max(...versions.keys()));
  if (newest === undefined) return { pages: [], fields: [] };
  const pages = new Map(
    newest.pages.map(({ name, title }): [string, PageStep] => [name, { page: name, title, reached: 0, left: 0, medianSeconds: null }]),
  );
  const fields = new Map(
    newest.fields.map(({ path, label, page }): [string, FieldStep] => [
      path,
      { field: path, label, page, reached: 0, answered: counted.answered.get(path) ?? 0, left: 0 },
    ]),
  );
  const reach = <T extends { reached: number }>(steps: ReadonlyMap<string, T>, name: string, by: number) => {
    const step = steps.get(name);
    if (step !== undefined) step.reached += by;
  };
  for (const [n, count] of counted.versions) {
    const version = versions.get(n);
    for (const { name } of version?.pages ?? []) reach(pages, name, count);
    for (const { path } of version?.fields ?? []) reach(fields, path, count);
  }
  for (const [what, count] of counted.skipped) {
    if (what.startsWith("page:")) reach(pages, what.slice("page:".length), -count);
    else for (const path of fields.keys()) if (path.split(".")[0] === what.slice("field:".length)) reach(fields, path, -count);
  }
  for (const [place, count] of counted.stopped) {
    const [version, path] = parse(versions, place);
    const at = version?.fields.findIndex((field) => field.path === path) ?? -1;
    const page = version?.fields[at]?.page ?? version?.pages[0]?.name;
    for (const field of version?.fields.slice(0, at + 1) ?? []) reach(fields, field.path, count);
    passPages(version, page, count);
    const last = fields.get(path);
    if (last !== undefined) last.left += count;
  }
  for (const [place, count] of counted.standing) {
    const [version, page] = parse(versions, place);
    const passed = passPages(version, page, count);
    for (const field of version?.fields ?? []) if (passed.has(field.page)) reach(fields, field.path, count);
  }
  for (const page of pages.values()) {
    page.reached = Math.max(0, page.reached);
    page.medianSeconds = medianSeconds(
      [...counted.times].filter(([place]) => parse(versions, place)[1] === page.page).map(([, slots]) => slots),
    );
  }
  for (const field of fields.values()) field.reached = Math.max(field.answered, field.reached);
  return { pages: [...pages.values()], fields: [...fields.values()] };

  /** Whoever stands on a page has seen those before it. */
  function passPages(version: Version | undefined, page: string | undefined, count: number): Set<string> {
    const at = version?.pages.findIndex(({ name }) => name === page) ?? -1;
    const passed = (version?.pages ?? []).slice(0, at + 1).map(({ name }) => name);
    for (const name of passed) reach(pages, name, count);
    const last = pages.get(page ?? "");
    if (last !== undefined) last.left += count;
    return new Set(passed);
  }
}

function parse(versions: ReadonlyMap<number, Version>, place: string): [Version | undefined, string] {
  const cut = place.indexOf(":");
  return [versions.get(Number(place.slice(0, cut))), place.slice(cut + 1)];
}

export function medianSeconds(all: readonly ReadonlyMap<number, number>[]): number | null {
  const slots = new Map<number, number>();
  for (const part of all) for (const [slot, count] of part) slots.set(slot, (slots.get(slot) ?? 0) + count);
  const sorted = [...slots].sort((a, b) => a[0] - b[0]);
  const half = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
  let passed = 0;
  for (const [slot, count] of sorted) {
    passed += count;
    if (count > 0 && passed >= half) return Math.round(timeOfSlot(slot) / 100) / 10;
  }
  return null;
}
