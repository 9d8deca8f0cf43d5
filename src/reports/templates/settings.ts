// What a workspace may change of a template, and one export of its own. Safe by construction: colours are hexadecimal, fonts, papers
// and sections are chosen from lists, texts are texts, and a logo is a picture whose bytes say so.
import { z } from "zod";
import {
  type Font as FontName,
  inherit,
  PAPERS,
  type PaperName,
  SECTIONS,
  type SectionName,
  type Setting,
  TEMPLATE_NAMES,
  TEMPLATES,
} from "../../../templates/report";
import { isHexColour } from "../../charts";
import { LANGUAGES, WORD_KEYS } from "../pdf/words";
import { whyNotPicture } from "./picture";

const MAX_LOGO = 400_000;
const MAX_WORD = 120;

const text = (most: number) =>
  z
    .string()
    .max(most)
    .transform((value) => value.toWellFormed());

const Colour = z.string().max(7).refine(isHexColour, "Write the colour as #rrggbb.");

const Logo = z
  .string()
  .max(MAX_LOGO, "A logo has at most 300 KB.")
  .superRefine((value, issue) => {
    const reason = whyNotPicture(value);
    if (reason !== null) issue.addIssue({ code: "custom", message: reason });
  });

const Sections = z
  .array(z.enum(SECTIONS))
  .min(1)
  .max(SECTIONS.length)
  .refine((names) => new Set(names).size === names.length, "Each section can stand in the report once.");

const Font = z.enum(["sans", "serif", "display"] satisfies FontName[]);

/** Everything may be left out: then the template it extends decides. */
export const TemplateSettings = z
  .object({
    paper: z.enum(Object.keys(PAPERS) as [PaperName, ...PaperName[]]).optional(),
    language: z.enum(LANGUAGES).optional(),
    brand_colour: Colour.optional(),
    logo: Logo.nullable().optional(),
    heading_font: Font.optional(),
    body_font: Font.optional(),
    text_size: z.number().min(8).max(12).optional(),
    density: z.enum(["airy", "compact"]).optional(),
    sections: Sections.optional(),
    page_per_response: z.boolean().optional(),
    /** May hold `{title}`, `{form}`, `{workspace}`, `{date}` and `{period}`. */
    header: text(120).optional(),
    footer: text(200).optional(),
    subtitle: text(300).optional(),
    /** A foreword; an empty line begins a paragraph. */
    intro: text(3_000).optional(),
    /** The report's own words, in place of ours. */
    words: z.partialRecord(z.enum(WORD_KEYS), text(MAX_WORD)).optional(),
  })
  .strict();
export type TemplateSettings = z.infer<typeof TemplateSettings>;

export const BaseTemplate = z.enum(TEMPLATE_NAMES);
export type BaseTemplate = z.infer<typeof BaseTemplate>;

/** Base, then variant, then the workspace's template, then this one export: the last to speak is heard. */
export function settingOf(base: BaseTemplate, ...layers: readonly TemplateSettings[]): Setting {
  const { look, sections, parts, css, pagePerResponse } = inherit(TEMPLATES[base]);
  const own: TemplateSettings = Object.assign({}, ...layers);
  return {
    look: {
      paper: own.paper ?? look.paper,
      brand: own.brand_colour ?? look.brand,
      headings: own.heading_font ?? look.headings,
      body: own.body_font ?? look.body,
      size: own.text_size ?? look.size,
      density: own.density ?? look.density,
    },
    sections: (own.sections ?? sections) as readonly SectionName[],
    parts,
    css,
    pagePerResponse: own.page_per_response ?? pagePerResponse,
    charts: true,
    logo: own.logo ?? null,
    header: own.header ?? "{workspace}",
    footer: own.footer ?? "",
    intro: own.intro ?? "",
  };
}
