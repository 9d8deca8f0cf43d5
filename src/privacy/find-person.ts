// Everything that a person has answered in a workspace: form by form, the bin included.
import { and, asc, eq, gt } from "drizzle-orm";
import { listResponses } from "../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { InvalidError, UnavailableError } from "../shared/errors";
import { type ResponseRow, tables } from "../store";
import { isOf, type Person } from "./person";

const { forms } = tables;

const PAGE = 200;
const MAX_FORMS_SHOWN = 1_000;
const HAS_A_WORD = /[\p{L}\p{N}]/u;

export interface FoundInForm {
  formId: string;
  title: string;
  responses: number;
}

/** How much there is, before anybody decides anything. */
export async function findPerson(ctx: ServiceContext, person: Person): Promise<FoundInForm[]> {
  assertCan(ctx, "manage");
  refuseEmpty(person);
  const found: FoundInForm[] = [];
  for (let after = ""; found.length < MAX_FORMS_SHOWN; ) {
    const form = await nextForm(ctx, after);
    if (form === null) break;
    let responses = 0;
    for await (const page of responsesOf(ctx, form.id, person)) responses += page.length;
    if (responses > 0) found.push({ formId: form.id, title: form.title, responses });
    after = form.id;
  }
  return found;
}

export function refuseEmpty({ value }: Person): void {
  if (HAS_A_WORD.test(value)) return;
  throw new InvalidError("Say who: an address, a number, a name.", [
    { path: "value", message: "It has no letter and no digit.", code: "invalid_value" },
  ]);
}

export async function nextForm(ctx: WorkspaceContext, after: string): Promise<{ id: string; title: string } | null> {
  const [form] = await ctx.db
    .select({ id: forms.id, title: forms.title })
    .from(forms)
    .where(and(eq(forms.workspaceId, ctx.workspaceId), gt(forms.id, after)))
    .orderBy(asc(forms.id))
    .limit(1);
  return form ?? null;
}

/** The index of words narrows it down; what was really answered decides. */
export async function* responsesOf(ctx: WorkspaceContext, formId: string, person: Person): AsyncGenerator<ResponseRow[]> {
  for (const status of [undefined, "deleted"] as const) {
    let cursor: string | undefined;
    do {
      const page = await listResponses(ctx, { formId, limit: PAGE, cursor, status, q: person.value, sort: "submitted_at" });
      if (!page.current) throw new UnavailableError("The store is not keeping up; try again when it does.");
      const theirs = page.items.filter(({ data }) => isOf(data, person));
      if (theirs.length > 0) yield theirs;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
}
