export { FLAG_KEYS, type FlagKey } from "./declared";
export { type Flag, isEnabled, listAllFlags, listOwnFlags } from "./read-flags";
export { setFlag } from "./set-flag";
