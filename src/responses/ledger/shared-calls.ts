// What the requests of one isolate ask of one object at the same time goes there in one call: an object takes only so many calls a
// second, and for a submit the call costs more than what is asked. Who comes while a call is away waits for it to return and goes
// with everybody else who waits, but nobody waits longer than a moment.
//
// Requests may resolve each other's promises, but nothing of one may be used by another: each makes its own calls and its own timers.
import { UnavailableError } from "../../shared/errors";

/**
 * Nobody waits for a call that is away for more than some times as long as the one before it took: an object that is busy answers no
 * sooner if it is asked more often, but who made the call may have died. At least and at most so long.
 */
const PATIENCE = { times: 3, leastMs: 10, mostMs: 500 };
const MAX_TOGETHER = 128;
/** A message to an object carries 32 MiB. */
const MAX_BYTES_TOGETHER = 4_194_304;
/** Who made the call has died with it. */
const GIVEN_UP_MS = 30_000;
/** Objects whose last call is remembered. */
const MAX_LINES = 1_000;

export interface SharedCall<Q, A> {
  bytes: number;
  /** Answers come in the order of what was asked. */
  send(asked: Q[]): Promise<A[]>;
  /** Keeps the caller alive until the call is back: others wait for it too. */
  keepAlive(call: Promise<unknown>): void;
  now(): number;
}

interface Waiting<Q, A> {
  asked: Q;
  bytes: number;
  /** Called by another request. */
  tell(news: News<A>): void;
}

/** "go": there is room, make the call yourself. */
type News<A> = "go" | { answer: A } | { error: unknown };

interface Line<Q, A> {
  /** The latest call, until it is back. Not a count: one that never comes back would stay in it. */
  away: { leftAt: number } | null;
  patienceMs: number;
  waiting: Waiting<Q, A>[];
}

export class SharedCalls<Q, A> {
  readonly #lines = new Map<string, Line<Q, A>>();

  async ask(object: string, asked: Q, call: SharedCall<Q, A>): Promise<A> {
    const line = this.#lineTo(object);
    if (line.away !== null && call.now() - line.away.leftAt < line.patienceMs) {
      const news = await wait(line, asked, call.bytes);
      if (news !== "go") {
        if ("error" in news) throw news.error;
        return news.answer;
      }
    }
    const company = takeCompany(line.waiting, call.bytes);
    const leftAt = call.now();
    const away = { leftAt };
    line.away = away;
    const back = call
      .send([asked, ...company.map((one) => one.asked)])
      .finally(() => {
        if (line.away === away) line.away = null;
        const tookMs = call.now() - leftAt;
        line.patienceMs = Math.min(PATIENCE.mostMs, Math.max(PATIENCE.leastMs, PATIENCE.times * tookMs));
        line.waiting.shift()?.tell("go");
      })
      .then(
        (answers) => {
          for (const [i, one] of company.entries()) one.tell({ answer: answers[i + 1] as A });
          return answers[0] as A;
        },
        (error) => {
          for (const one of company) one.tell({ error });
          throw error;
        },
      );
    call.keepAlive(back.catch(() => {}));
    return back;
  }

  #lineTo(object: string): Line<Q, A> {
    const known = this.#lines.get(object);
    if (known !== undefined) return known;
    // Who waits in one of them has hold of it, and goes by itself soon.
    if (this.#lines.size >= MAX_LINES) this.#lines.clear();
    const line: Line<Q, A> = { away: null, patienceMs: PATIENCE.leastMs, waiting: [] };
    this.#lines.set(object, line);
    return line;
  }
}

async function wait<Q, A>(line: Line<Q, A>, asked: Q, bytes: number): Promise<News<A>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Not `new Promise`: where the optimiser has inlined that, the runtime no longer knows whose it is, and who waits for it goes on in
  // the request that resolves it, which may not answer for another.
  const { promise, resolve: tell } = Promise.withResolvers<News<A>>();
  const me = { asked, bytes, tell };
  line.waiting.push(me);
  // The runtime ends a request that waits for nothing of its own, so there is always a timer.
  timer = setTimeout(() => {
    const at = line.waiting.indexOf(me);
    if (at >= 0) {
      line.waiting.splice(at, 1);
      tell("go");
      return;
    }
    timer = setTimeout(() => tell({ error: lost() }), GIVEN_UP_MS);
  }, line.patienceMs);
  const news = await promise;
  clearTimeout(timer);
  return news;
}

function takeCompany<Q, A>(waiting: Waiting<Q, A>[], own: number): Waiting<Q, A>[] {
  let bytes = own;
  let count = 0;
  for (const one of waiting) {
    bytes += one.bytes;
    if (count + 1 >= MAX_TOGETHER || bytes > MAX_BYTES_TOGETHER) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

function lost(): UnavailableError {
  return new UnavailableError("It is not known whether this was taken. Send it again under the same Idempotency-Key.", 1);
}
