// pure. What a file says it is (its type, the ending of its name) against what it is.
import { OFFICE, sniff } from "./sniff";

export type Judgement = { ok: true; type: string } | { ok: false; message: string };

const OCTETS = "application/octet-stream";
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

const ENDINGS: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  bmp: "image/bmp",
  tif: "image/tiff",
  tiff: "image/tiff",
  heic: "image/heic",
  avif: "image/avif",
  svg: "image/svg+xml",
  pdf: "application/pdf",
  zip: "application/zip",
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  epub: "application/epub+zip",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  txt: "text/plain",
  csv: "text/csv",
  md: "text/markdown",
  json: "application/json",
  xml: "application/xml",
  html: "text/html",
  htm: "text/html",
  exe: "application/x-msdownload",
};

/** `declared`: as the sender says; `head`: the first bytes. */
export function judge(file: { name: string; declared: string; head: Uint8Array }): Judgement {
  const given = plainType(file.declared);
  const ending = ENDINGS[/\.([a-z0-9]{1,8})$/i.exec(file.name)?.[1]?.toLowerCase() ?? ""];
  const found = sniff(file.head);
  // Both must hold: a picture called `page.html` is opened as a page by whoever saves it.
  for (const claimed of [given, ending]) {
    if (claimed === undefined || claimed === OCTETS) continue;
    if (!fits(claimed, found)) return { ok: false, message: `This file is not ${inWords(claimed)} that it says it is.` };
  }
  const claimed = given !== OCTETS ? given : ending;
  // Where the bytes tell exactly they are believed; where they only tell the box, or that it is text, what is claimed of it is.
  if (found !== null && !BOXES.has(found) && family(found) !== "text") return { ok: true, type: found };
  return { ok: true, type: claimed ?? found ?? OCTETS };
}

/** Boxes with many kinds of content. */
const BOXES: ReadonlySet<string> = new Set(["application/zip", "application/x-ole-storage", OFFICE]);
/** What begins with bytes that the table knows; without them it is something else. */
const SURE = /^image\/(?!svg|x-)|^application\/(pdf|zip|gzip|epub\+zip|msword|vnd\.(ms-|oasis|openxml))/;
const ZIPPED = /^application\/(zip|x-zip-compressed|epub\+zip|java-archive|vnd\.(oasis|openxmlformats|ms-)|x-zip|vnd\.android)|\+zip$/;
const OLE = /^application\/(msword|vnd\.ms-|x-ole-storage|vnd\.visio)/;

function fits(claimed: string, found: string | null): boolean {
  if (found === null) return !SURE.test(claimed);
  if (found === "application/zip" || ZIPPED.test(found)) return ZIPPED.test(claimed) || isVague(claimed);
  if (found === "application/x-ole-storage") return OLE.test(claimed) || isVague(claimed);
  return family(claimed) === family(found);
}

/** Types of which the table knows nothing: what is in them cannot be a lie. */
function isVague(type: string): boolean {
  return family(type) === type && !SURE.test(type);
}

function family(type: string): string {
  if (type === "image/svg+xml" || /^text\/|^application\/(json|xml|javascript|x-javascript|yaml|rtf|[a-z0-9.-]+\+(json|xml))$/.test(type))
    return "text";
  if (/^(audio|video)\/|^application\/ogg$/.test(type)) return "media";
  if (type.startsWith("image/")) return "image";
  return type;
}

/** Without parameters, in small letters; what is no type at all says nothing. */
function plainType(declared: string): string {
  const type = (declared.split(";")[0] ?? "").trim().toLowerCase();
  return TYPE.test(type) && type !== "application/x-www-form-urlencoded" && !type.startsWith("multipart/") ? type : OCTETS;
}

function inWords(type: string): string {
  if (type === "application/pdf") return "the PDF";
  if (ZIPPED.test(type) || OLE.test(type)) return "the document";
  return { image: "the picture", media: "the recording", text: "the text" }[family(type)] ?? `of the type (${type})`;
}
