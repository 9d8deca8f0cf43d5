// Pictures that were answers stand on the page of their response: photographs, signatures. They came from strangers, so each is
// measured before a browser is given it, and all together have a bound; whatever is beyond it is named, and its name leads to it.
import type { WorkspaceContext } from "../../shared/context";
import { DomainError } from "../../shared/errors";
import { openUpload } from "../../uploads";
import type { Files } from "../table/files";
import type { Answer, PrintedFile, PrintedResponse } from "./model";
import { pictureSize } from "./picture-size";
import { printedFile } from "./printed-file";

export interface AlbumLimits {
  /** Of one picture, as it was uploaded. */
  bytes: number;
  pixels: number;
  /** Of all of them, as they will lie in the document, and how many. */
  allBytes: number;
  pictures: number;
}

const LIMITS: AlbumLimits = { bytes: 4_000_000, pixels: 20_000_000, allBytes: 16_000_000, pictures: 1_000 };
/** Those that lie in a document as they are; the others are unfolded first. */
const KEPT_FOLDED = new Set(["image/jpeg", "image/png"]);
const TYPES = new Set([...KEPT_FOLDED, "image/gif", "image/webp"]);

export class Album {
  #bytes = 0;
  #pictures = 0;

  constructor(
    readonly ctx: WorkspaceContext,
    readonly limits: AlbumLimits = LIMITS,
  ) {}

  /** `print` is asked for the response, and asks for the files that it names. */
  async printed(files: Files | undefined, print: (findFile: (id: string) => PrintedFile) => PrintedResponse): Promise<PrintedResponse> {
    const ids = new Map<PrintedFile, string>();
    const response = print((id) => {
      const file = printedFile(id, files);
      ids.set(file, id);
      return file;
    });
    if (files === undefined || ids.size === 0) return response;
    const filled = async (answer: Answer): Promise<Answer> => {
      if (answer.value.kind !== "files") return answer;
      const pictures: PrintedFile[] = [];
      for (const file of answer.value.files) pictures.push({ ...file, ...(await this.#picture(ids.get(file) ?? "", files)) });
      return { ...answer, value: { kind: "files", files: pictures } };
    };
    const parts: PrintedResponse["parts"][number][] = [];
    for (const part of response.parts) parts.push({ ...part, answers: await inTurn(part.answers, filled) });
    return { ...response, parts };
  }

  async #picture(id: string, files: Files): Promise<Pick<PrintedFile, "image" | "tooLarge">> {
    const file = files.get(id);
    if (file === undefined || !TYPES.has(file.type) || this.#pictures >= this.limits.pictures) return { image: null };
    if (file.size > this.limits.bytes) return { image: null, tooLarge: true };
    if (this.#bytes + file.size > this.limits.allBytes) return { image: null };
    const bytes = await this.#bytesOf(id);
    const size = bytes && pictureSize(bytes);
    if (bytes === null || size === null) return { image: null };
    const pixels = size.width * size.height;
    if (pixels === 0) return { image: null };
    if (pixels > this.limits.pixels) return { image: null, tooLarge: true };
    const cost = KEPT_FOLDED.has(file.type) ? bytes.byteLength : pixels;
    if (this.#bytes + cost > this.limits.allBytes) return { image: null };
    this.#bytes += cost;
    this.#pictures += 1;
    return { image: `data:${file.type};base64,${bytes.toBase64()}` };
  }

  /** Null for what is not there any more, or may not be read yet: a report is made without it. */
  async #bytesOf(id: string): Promise<Uint8Array | null> {
    try {
      const { object } = await openUpload(this.ctx, id);
      return new Uint8Array(await object.arrayBuffer());
    } catch (error) {
      if (error instanceof DomainError) return null;
      throw error;
    }
  }
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
