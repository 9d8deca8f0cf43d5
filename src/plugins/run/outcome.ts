// What came back from an isolate, believed only as far as its shape: in the metered mode a plugin's code runs beside ours in there.
import { z } from "zod";
import { type LogLine, MAX_ERROR, MAX_LINE, MAX_LOG_CHARACTERS, MAX_LOG_LINES, MAX_RETURNED, type RawOutcome } from "../isolate/protocol";

const Outcome = z.object({
  outcome: z.enum(["ok", "error", "timeout", "limit"]),
  value: z.string().max(MAX_RETURNED).nullable(),
  error: z.string().nullable(),
  logs: z.array(z.object({ level: z.enum(["info", "warn", "error"]), text: z.string(), at_ms: z.number() })).max(MAX_LOG_LINES + 1),
  dropped: z.number().int().min(0),
  durationMs: z.number().min(0),
});

export function readOutcome(given: unknown): RawOutcome {
  const parsed = Outcome.safeParse(given);
  if (parsed.success) return parsed.data;
  return { outcome: "error", value: null, error: "The run came back with something unreadable.", logs: [], dropped: 0, durationMs: 0 };
}

const SHORTEST_SECRET = 4;

/** Takes secrets out of whatever will be kept or shown, also as they look in a URL or in base64. */
export function withoutSecrets(raw: RawOutcome, secrets: Record<string, string>): RawOutcome {
  const hidden = Object.values(secrets)
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      new TextEncoder().encode(secret).toBase64({ omitPadding: true }),
      JSON.stringify(secret).slice(1, -1),
    ])
    .sort((a, b) => b.length - a.length);
  const clean = (text: string) => hidden.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
  return { ...raw, error: raw.error === null ? null : clean(raw.error).slice(0, MAX_ERROR), logs: bounded(raw.logs, clean) };
}

function bounded(lines: readonly LogLine[], clean: (text: string) => string): LogLine[] {
  let left = MAX_LOG_CHARACTERS + MAX_LINE;
  return lines.map((line) => {
    const text = clean(line.text).slice(0, Math.min(MAX_LINE + 1, Math.max(0, left)));
    left -= text.length;
    return { level: line.level, text, at_ms: Math.round(line.at_ms) };
  });
}
