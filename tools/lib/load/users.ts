// Virtual users: each has a connection of its own, does one thing, thinks, and does the next.
import { submission } from "../../../bench/lib/submission.ts";
import type { HttpClient, Wish } from "../http-client.ts";
import type { Demo } from "../seed.ts";
import { Random } from "../torture/random.ts";
import type { Kind, Tally } from "./tally.ts";

/** Of six: three views, two submits, one look at the numbers. */
const MIX: readonly Kind[] = ["view", "view", "view", "submit", "submit", "analytics"];

export interface Visit {
  users: number;
  seconds: number;
  /** Shortest and longest pause between two requests of one user; none at all: as fast as replies come. */
  thinkMs: readonly [number, number] | null;
  seed: number;
}

export async function letUsersVisit(http: HttpClient, demo: Demo, visit: Visit, tally: Tally): Promise<void> {
  const until = performance.now() + visit.seconds * 1_000;
  let submissions = 0;
  await Promise.all(Array.from({ length: visit.users }, (_, number) => user(new Random(visit.seed + number))));

  async function user(random: Random): Promise<void> {
    // Users come one by one, not all in the same instant.
    if (visit.thinkMs !== null) await pause(random.between(0, visit.thinkMs[1]));
    while (performance.now() < until) {
      const kind = random.pick(MIX) ?? "view";
      await act(kind, random);
      if (visit.thinkMs !== null) await pause(random.between(...visit.thinkMs));
    }
  }

  async function act(kind: Kind, random: Random): Promise<void> {
    const [method, path, wish] = request(kind, random);
    const startedAt = performance.now();
    try {
      const reply = await http.send(method, path, wish);
      const fine = reply.status < 300;
      tally.add(kind, performance.now() - startedAt, fine ? null : String(reply.status), String(reply.headers["x-cache"] ?? ""));
    } catch (error) {
      tally.add(kind, performance.now() - startedAt, error instanceof Error ? error.message : String(error), "");
    }
  }

  function request(kind: Kind, random: Random): [method: string, path: string, wish?: Wish] {
    const slug = demo.form_slug;
    if (kind === "view") return ["GET", random.next() < 0.5 ? `/f/${slug}` : `/api/v1/forms/${slug}/public`];
    if (kind === "submit") {
      const { path, headers, body } = submission(slug, submissions++);
      return ["POST", path, { headers, body: JSON.parse(body ?? "{}") }];
    }
    const reads = ["metrics", "timeseries", "fields/branch/distribution", "fields/rating/distribution"];
    return ["GET", `/api/v2/analytics/forms/${slug}/${random.pick(reads)}`, { headers: { Authorization: `Bearer ${demo.api_key}` } }];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
