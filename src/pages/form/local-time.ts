// pure. An instant as a date-and-time control shows it: a wall clock in the form's own time zone.

export function toLocalText(text: string, zone: string): string {
  const instant = Date.parse(text);
  // Without an offset it is a wall clock already.
  if (Number.isNaN(instant) || !/(?:z|[+-]\d\d:?\d\d)$/i.test(text)) return text;
  const part: Record<string, string> = {};
  for (const { type, value } of clock(zone).formatToParts(instant)) part[type] = value;
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

function clock(zone: string): Intl.DateTimeFormat {
  const two = "2-digit";
  const options = { hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two } as const;
  try {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  }
}
