// How long things last. A deployment may set its own in [vars]; what is missing or not a positive number means the default.

const DAY_MS = 24 * 60 * 60 * 1000;

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;
export const RESET_LINK_MS = 60 * 60 * 1000;
export const VERIFY_LINK_MS = DAY_MS;
export const INVITATION_MS = 7 * DAY_MS;
/** How often use of a session is written down: the idle limit is exact to this. */
export const SESSION_TOUCH_MS = 60 * 60 * 1000;

const DEFAULT_IDLE_DAYS = 7;
const DEFAULT_ABSOLUTE_DAYS = 30;

export interface SessionLimits {
  /** A session unused for this long is over. */
  idleMs: number;
  /** A session this long after signing in is over, used or not. */
  absoluteMs: number;
}

export function sessionLimits(env: Pick<Env, "SESSION_IDLE_DAYS" | "SESSION_ABSOLUTE_DAYS">): SessionLimits {
  return {
    idleMs: days(env.SESSION_IDLE_DAYS, DEFAULT_IDLE_DAYS) * DAY_MS,
    absoluteMs: days(env.SESSION_ABSOLUTE_DAYS, DEFAULT_ABSOLUTE_DAYS) * DAY_MS,
  };
}

function days(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}
