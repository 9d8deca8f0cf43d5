export const MAX_WEBHOOKS = 200;
export const MAX_TEMPLATE_BYTES = 32 * 1024;
export const MAX_HEADERS = 20;
/** What a Worker may hold open at once in one invocation: more would wait in line with its time running. */
export const LANE_SLOTS = 6;
