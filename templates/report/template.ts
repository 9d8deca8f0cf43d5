// pure. What a template is, and how one inherits from another: a variant names what it changes, and has the rest from its base.
import type { Report } from "../../src/reports/pdf/model";
import type { Writing } from "../../src/reports/pdf/writing";
import type { Look } from "./look";
import type { Parts } from "./parts";

export const SECTIONS = ["cover", "contents", "summary", "questions", "responses"] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface TemplateDefinition {
  name: string;
  description: string;
  extends: TemplateDefinition | null;
  look?: Partial<Look>;
  sections?: readonly SectionName[];
  parts?: Partial<Parts>;
  /** Laid over the styles of the base. */
  css?: string;
  /** Each response begins a page of its own. */
  pagePerResponse?: boolean;
}

/** All that a template can be told by a workspace or by one export. */
export interface Setting {
  look: Look;
  sections: readonly SectionName[];
  parts: Parts;
  css: string;
  pagePerResponse: boolean;
  /** False: numbers in tables instead. */
  charts: boolean;
  /** A `data:` address of a picture, or null. */
  logo: string | null;
  header: string;
  footer: string;
  /** A foreword before the figures. */
  intro: string;
}

/** What each part of a report is given. */
export interface Sheet {
  report: Report;
  setting: Setting;
  writing: Writing;
}

export function inherit(template: TemplateDefinition): Pick<Setting, "look" | "sections" | "parts" | "css" | "pagePerResponse"> {
  const line: TemplateDefinition[] = [];
  for (let at: TemplateDefinition | null = template; at !== null; at = at.extends) line.unshift(at);
  const look = Object.assign({}, ...line.map((one) => one.look)) as Look;
  const parts = Object.assign({}, ...line.map((one) => one.parts)) as Parts;
  const last = <T>(pick: (one: TemplateDefinition) => T | undefined, otherwise: T): T =>
    line.map(pick).findLast((value) => value !== undefined) ?? otherwise;
  return {
    look,
    parts,
    css: line.map(({ css = "" }) => css).join("\n"),
    sections: last((one) => one.sections, SECTIONS),
    pagePerResponse: last((one) => one.pagePerResponse, true),
  };
}
