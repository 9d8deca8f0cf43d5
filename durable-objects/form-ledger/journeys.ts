// How far visits have come that have not sent anything, how long their pages took, and what was turned away at the door. No entry
// of the chain tells of these; what is written here is all there is.
import type { JourneyCounts, RefusalCount } from "../../src/analytics";
import { BUCKET_MS, type Place, type StartRef, timeSlot } from "../../src/responses";

interface Standing extends Record<string, SqlStorageValue> {
  day: string | null;
  place: string | null;
  rank: number | null;
  turned_at: number | null;
}

const DAY_MS = 86_400_000;
/** A tab left open says nothing about the page. */
const MAX_PAGE_MS = DAY_MS;
const REFUSALS_KEPT_MS = 180 * DAY_MS;
const MAX_NAME = 200;

export class Journeys {
  constructor(readonly sql: SqlStorage) {}

  begin(start: StartRef, place: Place): void {
    const day = new Date(start.at).toISOString().slice(0, 10);
    const name = nameOf(place);
    this.sql.exec("UPDATE starts SET day = ?, place = ?, rank = ?, turned_at = ? WHERE id = ?", day, name, place.rank, start.at, start.id);
    this.#stand(day, name, 1);
  }

  /** Only forward: who looks back at an earlier page has still been as far as before. */
  turn(startId: string, place: Place, now: number): void {
    const before = this.#standing(startId);
    if (before === null || (before.rank ?? -1) >= place.rank) return;
    const name = nameOf(place);
    this.#stand(before.day, before.place, -1);
    this.#stand(before.day, name, 1);
    this.#took(before.day, before.place, now - (before.turned_at ?? now));
    this.sql.exec("UPDATE starts SET place = ?, rank = ?, turned_at = ? WHERE id = ?", name, place.rank, now, startId);
  }

  /** Sent: the response itself tells from here on. */
  end(startId: string, now: number): void {
    const before = this.#standing(startId);
    if (before === null) return;
    this.#stand(before.day, before.place, -1);
    this.#took(before.day, before.place, now - (before.turned_at ?? now));
  }

  refused(refusals: readonly (readonly [what: string, times: number])[], at: number): void {
    const start = at - (at % BUCKET_MS);
    for (const [what, times] of refusals) {
      this.sql.exec(
        "INSERT INTO refusals (start, what, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        start,
        what.slice(0, MAX_NAME),
        times,
      );
    }
    this.sql.exec("DELETE FROM refusals WHERE start < ?", at - REFUSALS_KEPT_MS);
  }

  between(firstDay: string, lastDay: string): JourneyCounts {
    const standing = this.sql
      .exec<{ place: string; count: number }>(
        "SELECT place, sum(count) AS count FROM standing WHERE day >= ? AND day <= ? GROUP BY place",
        firstDay,
        lastDay,
      )
      .toArray();
    const times = this.sql
      .exec<{ place: string; slot: number; count: number }>(
        "SELECT place, slot, sum(count) AS count FROM page_times WHERE day >= ? AND day <= ? GROUP BY place, slot ORDER BY place, slot",
        firstDay,
        lastDay,
      )
      .toArray();
    return {
      standing: standing.filter(({ count }) => count > 0).map(({ place, count }) => [place, count]),
      times: times.map(({ place, slot, count }) => [place, slot, count]),
    };
  }

  refusalsWithin(spans: readonly (readonly [number, number])[]): RefusalCount[] {
    return spans.flatMap(([from, to], span) =>
      this.sql
        .exec<{ what: string; count: number }>(
          "SELECT what, sum(count) AS count FROM refusals WHERE start >= ? AND start < ? GROUP BY what",
          from,
          to,
        )
        .toArray()
        .map(({ what, count }) => ({ span, what, count })),
    );
  }

  #standing(startId: string): Standing | null {
    const [row] = this.sql.exec<Standing>("SELECT day, place, rank, turned_at FROM starts WHERE id = ?", startId).toArray();
    return row === undefined || row.place === null ? null : row;
  }

  #stand(day: string | null, place: string | null, by: number): void {
    if (day === null || place === null) return;
    this.sql.exec(
      "INSERT INTO standing (day, place, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
      day,
      place,
      by,
    );
  }

  #took(day: string | null, place: string | null, ms: number): void {
    if (day === null || place === null || ms < 0 || ms > MAX_PAGE_MS) return;
    this.sql.exec(
      "INSERT INTO page_times (day, place, slot, count) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
      day,
      place,
      timeSlot(ms),
    );
  }
}

function nameOf({ version, page }: Place): string {
  return `${version}:${page}`;
}
