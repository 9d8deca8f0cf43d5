import { InvalidError } from "../shared/errors";
import { isTimeZone } from "../shared/wall-clock";

export const DEFAULT_ZONE = "UTC";

export function assertTimeZone(zone: string): void {
  if (isTimeZone(zone)) return;
  const message = "This is not a time zone that we know; use a name such as Europe/Berlin.";
  throw new InvalidError(message, [{ path: "timezone", message, code: "unknown_timezone" }], "unknown_timezone");
}
