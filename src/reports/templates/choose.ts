// Which template a report is made with: the one that is named, or the workspace's own default, or ours; and what this one export
// lays over it.
import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../../shared/context";
import { InvalidError } from "../../shared/errors";
import { tables } from "../../store";
import { LANGUAGES, type Language } from "../pdf/words";
import { BaseTemplate, TemplateSettings } from "./settings";

const { reportTemplates } = tables;

export interface ChosenTemplate {
  base: BaseTemplate;
  settings: TemplateSettings;
}

interface Choosing {
  branding?: boolean | Record<string, unknown>;
  paper?: "a4" | "letter";
  /** Of the form's questions; where the report speaks it too, its own words follow. */
  language?: string;
  /** One of ours by name, or one of the workspace's by id. */
  template?: string;
  template_id?: string;
}

const DEFAULT_BASE: BaseTemplate = "annual";

export async function chooseTemplate(ctx: WorkspaceContext, options: Choosing): Promise<ChosenTemplate> {
  const named = options.template_id ?? options.template;
  const ours = BaseTemplate.safeParse(named);
  const own = await ownTemplate(ctx, ours.success ? undefined : named, options.branding !== false);
  const base = ours.success ? ours.data : (own?.base ?? DEFAULT_BASE);
  const spoken = spokenLanguage(options.language);
  const layers: TemplateSettings[] = [
    own?.settings ?? {},
    spoken === undefined ? {} : { language: spoken },
    brandingOf(options.branding),
    options.paper === undefined ? {} : { paper: options.paper },
  ];
  return { base, settings: Object.assign({}, ...layers) };
}

function spokenLanguage(asked: string | undefined): Language | undefined {
  const [language] = asked?.toLowerCase().split("-") ?? [];
  return LANGUAGES.find((known) => known === language);
}

/** Throws when the request names what is not there: asked at the door, and again by the job. */
async function ownTemplate(ctx: WorkspaceContext, id: string | undefined, mayDefault: boolean): Promise<ChosenTemplate | null> {
  if (id === undefined && !mayDefault) return null;
  const row = await ctx.db
    .select()
    .from(reportTemplates)
    .where(
      and(
        eq(reportTemplates.workspaceId, ctx.workspaceId),
        eq(reportTemplates.kind, "pdf"),
        id === undefined ? eq(reportTemplates.isDefault, true) : eq(reportTemplates.id, id),
      ),
    )
    .get();
  if (row === undefined) {
    if (id === undefined) return null;
    const message = "There is no such report template in this workspace.";
    throw new InvalidError(message, [{ path: "options.template", message, code: "unknown_template" }]);
  }
  // An older version may have kept a setting that is not one any more: what still can be read counts.
  const settings = TemplateSettings.safeParse(row.settings);
  return { base: BaseTemplate.catch(DEFAULT_BASE).parse(row.base), settings: settings.success ? settings.data : {} };
}

/** Checked at the door, too. */
function brandingOf(branding: Choosing["branding"]): TemplateSettings {
  if (branding === undefined || typeof branding === "boolean") return {};
  const parsed = TemplateSettings.safeParse(branding);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: ["options", "branding", ...path].join("."),
    message,
    code: "invalid_branding",
  }));
  throw new InvalidError("The branding is not of the form that a template's settings have.", issues);
}
