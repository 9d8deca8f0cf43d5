// A stranger's .docx, opened with care: it is a zip, so it can be a bomb; it can hold macros; and it can fetch things from elsewhere
// when somebody opens what we made of it.
import { unzipSync } from "fflate";
import PizZip from "pizzip";
import { InvalidError, TooLargeError } from "../../shared/errors";

export const MAX_TEMPLATE_BYTES = 5 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 30 * 1024 * 1024;
const MAX_PART_BYTES = 15 * 1024 * 1024;
const MAX_PARTS = 500;
const DOCUMENT = "word/document.xml";

/** Throws with a reason for people. What comes back holds nothing that was not counted. */
export function openTemplate(bytes: Uint8Array): PizZip {
  if (bytes.byteLength > MAX_TEMPLATE_BYTES) throw new TooLargeError("A Word template has at most 5 MiB.");
  const parts = unpacked(bytes);
  if (parts[DOCUMENT] === undefined) throw refuse("This is no Word document (.docx): word/document.xml is missing.", "not_docx");
  const zip = new PizZip();
  for (const [path, content] of Object.entries(parts)) {
    const reason = whyNotPart(path, content);
    if (reason !== null) throw refuse(reason, "unsafe_document");
    zip.file(path, content, { binary: true });
  }
  return zip;
}

function unpacked(bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  let count = 0;
  try {
    // Sizes are those that the zip claims; more than it claims is never unpacked.
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        count += 1;
        if (count > MAX_PARTS || originalSize > MAX_PART_BYTES || total > MAX_UNPACKED_BYTES)
          throw new TooLargeError("The document unpacks to more than a template needs.");
        return !name.endsWith("/");
      },
    });
  } catch (error) {
    if (error instanceof TooLargeError) throw error;
    throw refuse("This is no Word document (.docx): it cannot be unpacked.", "not_docx");
  }
}

function whyNotPart(path: string, content: Uint8Array): string | null {
  if (path.startsWith("/") || path.split("/").includes("..")) return "A part of the document has a name that leads out of it.";
  if (/vbaProject|\.bin$|activeX|embeddings\//i.test(path))
    return "The document holds macros or embedded objects; save it as a plain .docx without them.";
  const isXml = /\.(xml|rels)$/i.test(path);
  if (!isXml) return null;
  const text = new TextDecoder().decode(content);
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return "A part of the document declares entities, which Word never writes.";
  if (path.endsWith(".rels")) {
    for (const [relation] of text.matchAll(/<Relationship\b[^>]*>/g)) {
      // A link waits to be clicked; anything else is fetched by opening the document.
      if (/TargetMode\s*=\s*["']External["']/i.test(relation) && !/\/hyperlink["']/i.test(relation))
        return "The document takes a picture or a template from another place; put it into the document itself.";
    }
  }
  return null;
}

export function refuse(message: string, code: string): InvalidError {
  return new InvalidError(message, [{ path: "file", message, code }]);
}
