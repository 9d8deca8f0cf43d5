// A file on its way into the bucket: in parts of one size, held in memory one at a time. Nobody sees it before it is whole: a
// multipart upload shows nothing until it is completed, and a small file is put at once.
import { z } from "zod";
import { JobFailedError } from "../../jobs";

/** R2 wants at least 5 MiB, and each part but the last of the same size. */
export const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

export const UploadState = z.object({
  uploadId: z.string(),
  parts: z.array(z.object({ partNumber: z.number().int(), etag: z.string() })),
  /** Bytes that did not fill a part, kept beside the file until the next run. */
  rest: z.number().int(),
});
export type UploadState = z.infer<typeof UploadState>;

export class FileWriter {
  readonly #buffer = new Uint8Array(PART_BYTES);
  #filled = 0;
  #upload: R2MultipartUpload | null = null;
  #parts: R2UploadedPart[] = [];

  constructor(
    readonly bucket: R2Bucket,
    readonly key: string,
    readonly contentType: string,
    /** Told of an upload before its first part, so that whoever cleans up can find it. */
    readonly onUpload: (uploadId: string) => Promise<void>,
  ) {}

  get uploadId(): string | null {
    return this.#upload?.uploadId ?? null;
  }

  get bytes(): number {
    return this.#parts.length * PART_BYTES + this.#filled;
  }

  /** Goes on where `suspend` stopped. False: what was begun is gone, and must be begun anew. */
  async resume(state: UploadState): Promise<boolean> {
    const rest = state.rest === 0 ? null : await this.bucket.get(restKey(this.key));
    if (state.rest > 0 && rest === null) return false;
    this.#upload = this.bucket.resumeMultipartUpload(this.key, state.uploadId);
    this.#parts = [...state.parts];
    if (rest !== null) {
      const bytes = new Uint8Array(await rest.arrayBuffer());
      if (bytes.length !== state.rest) return false;
      this.#buffer.set(bytes);
      this.#filled = bytes.length;
    }
    return true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      const taken = Math.min(bytes.length - at, PART_BYTES - this.#filled);
      this.#buffer.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === PART_BYTES) await this.#sendPart();
    }
  }

  async suspend(): Promise<UploadState> {
    const upload = await this.#begun();
    if (this.#filled > 0) await this.bucket.put(restKey(this.key), this.#buffer.slice(0, this.#filled));
    return { uploadId: upload.uploadId, parts: this.#parts.map(({ partNumber, etag }) => ({ partNumber, etag })), rest: this.#filled };
  }

  /** From here on the file is there. */
  async finish(): Promise<number> {
    const size = this.bytes;
    if (this.#upload === null) {
      await this.bucket.put(this.key, this.#buffer.slice(0, this.#filled), { httpMetadata: { contentType: this.contentType } });
      return size;
    }
    if (this.#filled > 0 || this.#parts.length === 0) await this.#sendPart();
    await this.#upload.complete(this.#parts);
    await this.bucket.delete(restKey(this.key));
    return size;
  }

  async #sendPart(): Promise<void> {
    const upload = await this.#begun();
    if (this.#parts.length >= MAX_PARTS) throw new JobFailedError("The file would be larger than 80 GB; choose fewer responses.");
    this.#parts.push(await upload.uploadPart(this.#parts.length + 1, this.#buffer.slice(0, this.#filled)));
    this.#filled = 0;
  }

  async #begun(): Promise<R2MultipartUpload> {
    if (this.#upload === null) {
      this.#upload = await this.bucket.createMultipartUpload(this.key, { httpMetadata: { contentType: this.contentType } });
      await this.onUpload(this.#upload.uploadId);
    }
    return this.#upload;
  }
}

/** Removes whatever an attempt left: the upload, the rest, the file. */
export async function removeFile(bucket: R2Bucket, key: string, uploadId: string | null): Promise<void> {
  // An upload that was completed or aborted already says so by failing.
  if (uploadId !== null)
    await bucket
      .resumeMultipartUpload(key, uploadId)
      .abort()
      .catch(() => {});
  await bucket.delete([key, restKey(key)]);
}

function restKey(key: string): string {
  return `${key}.rest`;
}
