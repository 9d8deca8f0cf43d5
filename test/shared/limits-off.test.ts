import { expect, test } from "vitest";
import { limitsAreOff } from "../../src/shared/limits-off";

test.each([
  ["development", "off", true],
  ["staging", "off", true],
  ["production", "off", false],
  ["development", "on", false],
])("%s with LIMITS=%s: %s", (ENVIRONMENT, LIMITS, off) => {
  expect(limitsAreOff({ ENVIRONMENT, LIMITS })).toBe(off);
});
