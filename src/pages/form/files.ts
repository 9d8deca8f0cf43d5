// Files that come with a page: stored as uploads, whose ids then stand among the controls as if they had been ticked.
import type { FormSchema, Issue, PublishedForm } from "../../forms";
import type { ServiceContext } from "../../shared/context";
import { DomainError, InvalidError, TooLargeError } from "../../shared/errors";
import { fileFields, uploadFile, type Visitor, withoutTurns } from "../../uploads";
import type { Controls } from "./answers";

export const FILE_TYPE = /^multipart\/form-data\s*;/i;
/** A file control is named after its question, so that what it sends is told from ids that are sent back. */
export const FILE = "_file.";
/** A page is held in memory as a whole, at most 16 MiB of it (middleware/body-limit.ts), and its own words take some. Larger files
 * are for the API. */
export const MAX_FILE_BYTES = 15 * 1024 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_CONTROLS = 20_000;
const MAX_FILES = 50;

export interface SentFile {
  /** Of the question, as its control was on the page. */
  path: string;
  file: File;
}

export interface SentPage {
  controls: Map<string, string[]>;
  files: SentFile[];
}

export async function readMultipart(body: () => Promise<FormData>): Promise<SentPage> {
  const data = await body().catch(() => {
    throw new InvalidError("The form did not arrive as it was sent.", [{ path: "", message: "Please send it again.", code: "bad_body" }]);
  });
  const page: SentPage = { controls: new Map(), files: [] };
  let left = MAX_CONTROLS;
  let bytes = 0;
  for (const [name, value] of data as unknown as Iterable<[string, string | File]>) {
    if (left-- === 0) throw tooMany();
    if (typeof value === "string") {
      bytes += value.length;
      if (!page.controls.get(name)?.push(value)) page.controls.set(name, [value]);
    } else if (name.startsWith(FILE) && (value.name !== "" || value.size > 0))
      page.files.push({ path: name.slice(FILE.length), file: value });
    // A control of files that nobody has chosen still says that it was on the page; its marker does, so it is left out.
  }
  if (bytes > MAX_TEXT_BYTES || page.files.length > MAX_FILES) throw tooMany();
  return page;
}

function tooMany(): TooLargeError {
  return new TooLargeError("These are more answers than any form asks for.");
}

export interface Stored {
  controls: Controls;
  issues: Issue[];
  /** What each new id stands for: the same page sent twice stores its files twice, and is one answer all the same. */
  contents: ReadonlyMap<string, string>;
}

export async function storeFiles(ctx: ServiceContext, form: PublishedForm, page: SentPage, visitor: Visitor): Promise<Stored> {
  const controls = new Map([...page.controls].map(([name, values]) => [name, [...values]]));
  const issues: Issue[] = [];
  const contents = new Map<string, string>();
  for (const { path, file } of page.files) {
    try {
      const { name, type, size } = file;
      const upload = await uploadFile(ctx, { formId: form.formId, field: path, name, type, length: size, body: file.stream(), visitor });
      // Where one file is asked for, another takes its place.
      if (isForOne(form.schema, path) || !controls.get(path)?.push(upload.id)) controls.set(path, [upload.id]);
      contents.set(upload.id, `${name} ${type} ${size}`);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const message = error.details.issues?.[0]?.message ?? error.message;
      issues.push({ path, message, code: "file_refused" });
    }
  }
  return { controls, issues, contents };
}

function isForOne(schema: FormSchema, path: string): boolean {
  const field = fileFields(schema).get(withoutTurns(path))?.field;
  return field?.type === "signature" || field?.validation?.max === 1;
}

export function asksForFiles(schema: FormSchema): boolean {
  return fileFields(schema).size > 0;
}

/** With whatever is new told by what it holds. */
export function fingerprintOf(raw: Record<string, unknown>, contents: ReadonlyMap<string, string>): string {
  return JSON.stringify(raw, (_, value: unknown) => (typeof value === "string" ? (contents.get(value) ?? value) : value));
}
