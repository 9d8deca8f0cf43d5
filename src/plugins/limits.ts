// Every number that bounds a plugin, in one place; docs/plugins.md says the same.
import type { Limits } from "./isolate/protocol";

/** Fuel: about a quarter of a second of computing on a small machine. The clock is the second line: on a busy one it runs ahead. */
export const RUN_LIMITS: Limits = { fuel: 100_000_000, cpuMs: 500, wallMs: 10_000 };
export const DESCRIBE_LIMITS: Limits = { fuel: 50_000_000, cpuMs: 500, wallMs: 5_000 };
export const VALIDATOR_LIMITS: Limits = { fuel: 12_000_000, cpuMs: 40, wallMs: 50 };

/** An isolate that does not answer by itself is left behind. */
export const GRACE_MS = 2_000;
/** Until a validator's isolate has been made; afterwards only what a run may take. */
export const VALIDATOR_COLD_MS = 1_000;

export const MAX_PLUGINS = 100;
export const MAX_VERSIONS = 20;
/** Characters of its JSON. */
export const MAX_CONFIG = 32 * 1024;
export const MAX_SECRETS = 20;
export const MAX_SECRET_LENGTH = 4_000;
export const MAX_HOSTS = 20;
export const MAX_VALIDATORS = 3;

export const MAX_FETCHES = 20;
export const FETCH_MS = 5_000;
export const MAX_REQUEST_BYTES = 256 * 1024;
export const MAX_REPLY_BYTES = 512 * 1024;

export const MAX_KEYS = 1_000;
export const MAX_KEY_LENGTH = 200;
export const MAX_VALUE_BYTES = 32 * 1024;
export const MAX_KV_BYTES = 1024 * 1024;

export const MAX_MAILS_PER_RUN = 2;
export const MAX_MAILS_PER_DAY = 500;
export const MAX_FILES_PER_DAY = 5_000;
export const MAX_FILE_BYTES = 1024 * 1024;

/** This many in a row, and the plugin is paused and its workspace told. */
export const MAX_FAILURES = 10;
export const KEEP_RUNS_MS = 30 * 86_400_000;
/** Of one plugin; the nightly sweep takes the others away. */
export const MAX_RUNS_KEPT = 10_000;
export const MAX_ANNOTATION = 2_000;
