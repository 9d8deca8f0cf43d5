import { toFactory } from "./factory";
import type { Parsed } from "./parse";

export function toMeteredModule(parsed: Parsed): string {
  return toFactory(parsed);
}
