// pure. What a change is most likely due to: which part of the responses changed more than its share, and what else happened then.

export interface Cause {
  kind:
    | "version_published"
    | "form_version"
    | "referrer"
    | "country"
    | "device"
    | "validation_errors"
    | "quota_reached"
    | "page_drop_off"
    | "form_closed";
  /** The version, site, country, device, field or page. */
  value: string | null;
  /** How much of the change it accounts for, from 0 to 1. */
  explains: number;
  observed: number;
  expected: number;
}

export interface Facts {
  /** How many came, and how many should have. */
  observed: number;
  expected: number;
  /** Each part of the responses: then, and on average in the same windows of weeks before. */
  parts: readonly { kind: "referrer" | "country" | "device" | "form_version"; value: string; observed: number; usual: number }[];
  /** Published within the window or in the day before; `share`: of the window that lies after it. */
  published: { version: number; share: number } | null;
  /** Those who were turned away: then, and usually. */
  refusals: readonly { what: string; observed: number; usual: number }[];
  /** Those who stopped at a page or field: then, and usually. */
  stops: readonly { page: string; observed: number; usual: number }[];
  closedFor: number;
}

const MAX_CAUSES = 5;
const LEAST = 0.1;
/** A part that changed as all others did explains nothing, however large it is. */
const BEYOND_SHARE = 0.15;

export function likelyCauses(facts: Facts): Cause[] {
  const change = facts.observed - facts.expected;
  if (change === 0) return [];
  const causes: Cause[] = [...partCauses(facts, change), ...eventCauses(facts, change)];
  return (
    causes
      .filter(({ explains }) => explains >= LEAST)
      // Of two that explain as much, the one of which less was to be expected says more.
      .sort((a, b) => b.explains - a.explains || a.expected - b.expected)
      .slice(0, MAX_CAUSES)
  );
}

function partCauses({ parts, expected }: Facts, change: number): Cause[] {
  return parts.flatMap(({ kind, value, observed, usual }) => {
    // What was usual weeks ago, at today's level.
    const all = parts.filter((part) => part.kind === kind).reduce((sum, part) => sum + part.usual, 0);
    const should = all === 0 ? 0 : (usual / all) * expected;
    const share = all === 0 ? 0 : usual / all;
    const explained = (observed - should) / change;
    // Of a fall nobody can explain more than there was.
    const noise = Math.sqrt(Math.max(1, should));
    if (explained < share + BEYOND_SHARE || Math.abs(observed - should) < 3 * noise) return [];
    return [{ kind, value, explains: Math.min(1, explained), observed, expected: round(should) }];
  });
}

function eventCauses({ published, refusals, stops, closedFor, expected }: Facts, change: number): Cause[] {
  const causes: Cause[] = [];
  // A version is suspect for the part of the window in which it was there; which of several happened is for a person to say.
  if (published !== null)
    causes.push({
      kind: "version_published",
      value: String(published.version),
      explains: Math.min(0.9, published.share),
      observed: round(expected + change),
      expected: round(expected),
    });
  if (change > 0) return causes;
  const missing = -change;
  const by = (extra: number) => Math.min(1, extra / missing);
  const invalid = refusals.filter(({ what }) => what.startsWith("invalid:"));
  const worst = [...invalid].sort((a, b) => b.observed - b.usual - (a.observed - a.usual))[0];
  const allInvalid = refusals.find(({ what }) => what === "invalid");
  if (allInvalid !== undefined && isMore(allInvalid))
    causes.push({
      kind: "validation_errors",
      value: worst === undefined || !isMore(worst) ? null : worst.what.slice("invalid:".length),
      explains: by(allInvalid.observed - allInvalid.usual),
      observed: allInvalid.observed,
      expected: round(allInvalid.usual),
    });
  for (const [what, kind] of [
    ["quota_reached", "quota_reached"],
    ["form_closed", "form_closed"],
  ] as const) {
    const found = refusals.find((refusal) => refusal.what === what);
    if (found !== undefined && isMore(found))
      causes.push({
        kind,
        value: null,
        explains: by(found.observed - found.usual),
        observed: found.observed,
        expected: round(found.usual),
      });
  }
  if (closedFor > 0 && !causes.some(({ kind }) => kind === "form_closed"))
    causes.push({ kind: "form_closed", value: null, explains: Math.min(1, closedFor), observed: 0, expected: round(expected) });
  for (const stop of stops)
    if (isMore(stop))
      causes.push({
        kind: "page_drop_off",
        value: stop.page,
        explains: by(stop.observed - stop.usual),
        observed: stop.observed,
        expected: round(stop.usual),
      });
  return causes;
}

function isMore({ observed, usual }: { observed: number; usual: number }): boolean {
  return observed - usual > 3 * Math.sqrt(Math.max(1, usual));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
