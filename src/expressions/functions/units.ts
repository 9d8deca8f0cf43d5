// pure. Units of time, as people write them.
export const UNITS = ["year", "quarter", "month", "week", "day", "hour", "minute", "second"] as const;
export type Unit = (typeof UNITS)[number];

export function readUnit(text: string): Unit | null {
  const word = text.trim().toLowerCase();
  return UNITS.find((unit) => word === unit || word === `${unit}s`) ?? null;
}
