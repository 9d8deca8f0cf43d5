// How much a stranger may leave with us. All of it stands in docs/uploads.md.
const MIB = 1024 * 1024;

/** In one request: most plans of Cloudflare refuse bodies over 100 MB before we see them. */
export const MAX_IN_ONE_REQUEST = 64 * MIB;
/** Of a field that names no `max_size`. */
export const DEFAULT_MAX_FILE = 25 * MIB;
export const DEFAULT_MAX_SIGNATURE = 2 * MIB;
/** Whatever the field says. */
export const MAX_FILE = 1024 * MIB;
/** R2 wants at least 5 MiB, and each part but the last of the same size. */
export const PART_BYTES = 8 * MIB;
/** Files of one form that no response has claimed yet, so that strangers cannot fill a workspace's store. */
export const MAX_UNCLAIMED_FILES = 2_000;
export const MAX_UNCLAIMED_BYTES = 10 * 1024 * MIB;
/** All files of a workspace; UPLOADS_MAX_BYTES sets another. */
export const MAX_WORKSPACE_BYTES = 100 * 1024 * MIB;

export function mostBytesOf({ UPLOADS_MAX_BYTES: given }: Pick<Env, "UPLOADS_MAX_BYTES">): number {
  const most = Number(given ?? "");
  return Number.isSafeInteger(most) && most > 0 ? most : MAX_WORKSPACE_BYTES;
}

/** What no response has claimed by then is removed by the next night. */
export const UNCLAIMED_MS = 24 * 3_600_000;
/** While a submit is under way nobody else may submit the same file. */
export const HOLD_MS = 10 * 60_000;
export const LINK_MS = 7 * 86_400_000;
export const MAX_NAME = 200;

/** Images that every browser shows and that can carry nothing that runs. */
export const SIGNATURE_TYPES = ["image/png", "image/jpeg", "image/webp"];
