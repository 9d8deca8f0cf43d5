// The templates there are. Each one says only how it differs from the one it extends.
import COMPACT_CSS from "./compact.css";
import { Contents } from "./contents";
import { BlockCover, QuietCover } from "./cover";
import { Response } from "./response";
import { Running } from "./running";
import { Question, Summary } from "./summary";
import { SECTIONS, type TemplateDefinition } from "./template";

const base: TemplateDefinition = {
  name: "base",
  description: "What all templates have in common.",
  extends: null,
  look: { paper: "a4", brand: "#1f5f8b", headings: "display", body: "sans", size: 9.25, density: "airy" },
  sections: SECTIONS,
  pagePerResponse: true,
  parts: { Cover: QuietCover, Contents, Summary, Question, Response, Running },
};

const annual: TemplateDefinition = {
  name: "annual",
  description: "A cover in your colour, generous pages: to be handed to a board.",
  extends: base,
  parts: { Cover: BlockCover },
};

const classic: TemplateDefinition = {
  name: "classic",
  description: "A quiet cover on white, headings and text in one serif.",
  extends: base,
  look: { headings: "serif", body: "serif" },
};

const compact: TemplateDefinition = {
  name: "compact",
  description: "No cover, smaller type, responses one after the other: to be read, not shown.",
  extends: base,
  look: { headings: "sans", size: 8.5, density: "compact" },
  sections: ["summary", "questions", "responses"],
  pagePerResponse: false,
  css: COMPACT_CSS,
};

export const TEMPLATES = { annual, classic, compact } as const;
export type TemplateName = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as [TemplateName, ...TemplateName[]];
