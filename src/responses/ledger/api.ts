// How the rest of Headwater reaches a form's ledgers: one place that knows their names.
import type { ServiceContext } from "../../shared/context";
import type { CountedState } from "./counters";
import { SharedCalls } from "./shared-calls";
import type { AcceptRequest, BarrierResult, ChangeRequest, Outcome, Place, SavedPartial, StartOutcome, StartRequest } from "./types";

export interface Totals {
  complete: number;
  partial: number;
  starts: number;
  views: number;
  durationMs: number;
  /** How many of the complete ones have a duration. */
  timed: number;
  /** Null when there is none, or when only the store knows since the newest was taken away. */
  lastSubmittedAt: number | null;
  head: number;
  settled: number;
  position: string;
}

export interface LedgerHealth {
  head: number;
  settled: number;
  /** Settles that have failed since the last that did not. */
  failures: number;
  lastError: string | null;
  retryAt: number | null;
  /** Entries set aside because the store refuses them. */
  poisoned: number;
  bytes: number;
}

export interface Adoption {
  workspaceId: string;
  settled: number;
  hash: string;
  counted: CountedState;
  lastSubmittedAt: number | null;
}

export interface LedgerApi {
  accept(request: AcceptRequest): Promise<Outcome>;
  /** Outcomes come in the order of the requests. */
  acceptTogether(requests: readonly AcceptRequest[]): Promise<Outcome[]>;
  replay(key: string, fingerprint: string): Outcome | null | Promise<Outcome | null>;
  /** As `replay`; a key that is not known is not taken here any more either. */
  handOver(key: string, fingerprint: string): Outcome | null | Promise<Outcome | null>;
  /** Another ledger of the form has its first entry: who listens to this one alone has to come again. */
  listenToMore(): void | Promise<void>;
  savedPartial(
    responseId: string,
    tokenHash: string,
  ): SavedPartial | "already_complete" | null | Promise<SavedPartial | "already_complete" | null>;
  openChange(responseId: string, maxWaitMs: number): Promise<BarrierResult & { turn: number }>;
  closeChange(responseId: string, turn: number): void | Promise<void>;
  change(request: ChangeRequest): Promise<Outcome>;
  start(request: StartRequest): Promise<StartOutcome>;
  /** Somebody who has begun has come to another page. Only the farthest counts. */
  turned(startId: string, place: Place, at: number): void | Promise<void>;
  /** What was turned away before it came here: what, and how often. Counted when it suits. */
  refusedElsewhere(refusals: readonly (readonly [what: string, times: number])[], at: number, workspaceId: string): void | Promise<void>;
  /** Views are counted when it suits; a crash may forget the last seconds of them. */
  viewed(times: number, at: number, workspaceId: string): void | Promise<void>;
  barrier(maxWaitMs: number): Promise<BarrierResult>;
  totals(): Totals | Promise<Totals>;
  /** Complete ones in all, and how many of them gave each of these values. */
  countedOf(
    values: readonly { field: string; value: string }[],
  ): { complete: number; values: number[] } | Promise<{ complete: number; values: number[] }>;
  health(): LedgerHealth | Promise<LedgerHealth>;
  /** Stops settling for at most `ms`; answers how far it has come. */
  holdSettling(ms: number): Promise<number>;
  releaseSettling(): void | Promise<void>;
  countedAtSettled(): CountedState | Promise<CountedState>;
  install(state: CountedState, lastSubmittedAt: number | null): boolean | Promise<boolean>;
  /** Goes on from where a chain carried into the store has ended. False when the ledger has taken something of its own. */
  adopt(carried: Adoption): boolean | Promise<boolean>;
  /** Who holds which digest that must occur once. */
  holdDuplicates(held: readonly (readonly [responseId: string, key: string])[]): void | Promise<void>;
}

export function ledgerName(formId: string, shard: number): string {
  return `${formId}:${shard}`;
}

export function parseLedgerName(name: string): { formId: string; shard: number } {
  const at = name.lastIndexOf(":");
  return at < 0 ? { formId: name, shard: 0 } : { formId: name.slice(0, at), shard: Number(name.slice(at + 1)) };
}

// Made from its name by a keyed hash each time it is asked for; a busy form asks for the same one thousands of times a second.
const ids = new Map<string, DurableObjectId>();
const MAX_IDS = 1_000;

function idOf(env: Pick<Env, "LEDGER">, name: string): DurableObjectId {
  const known = ids.get(name);
  if (known !== undefined) return known;
  if (ids.size >= MAX_IDS) ids.clear();
  const id = env.LEDGER.idFromName(name);
  ids.set(name, id);
  return id;
}

/** To be taken for one of the interfaces that it implements: its own type nests deeper than the compiler follows. */
export function ledgerStub(env: Pick<Env, "LEDGER">, formId: string, shard: number): Pick<Fetcher, "fetch"> {
  return env.LEDGER.get(idOf(env, ledgerName(formId, shard)));
}

const submits = new SharedCalls<AcceptRequest, Outcome>();

/** With others that this isolate has for the same ledger, unless the setting says that each goes alone. */
export async function acceptInto(ctx: ServiceContext, formId: string, shard: number, request: AcceptRequest): Promise<Outcome> {
  const ledger = ledgerOf(ctx.env, formId, shard);
  if (ctx.env.SHARED_CALLS === "off") return ledger.accept(request);
  const send = (requests: AcceptRequest[]) => acceptAll(ledger, requests);
  return submits.ask(ledgerName(formId, shard), request, { bytes: request.bytes, send, keepAlive: ctx.defer, now: ctx.now });
}

const KNOWS_NO_SUCH_METHOD = /RPC receiver does not implement/;

/** While a version is rolled out, the ledger may be of the one before, which took them one by one. */
export async function acceptAll(ledger: Pick<LedgerApi, "accept" | "acceptTogether">, requests: AcceptRequest[]): Promise<Outcome[]> {
  const [first] = requests;
  if (first !== undefined && requests.length === 1) return [await ledger.accept(first)];
  try {
    return await ledger.acceptTogether(requests);
  } catch (error) {
    if (!(error instanceof TypeError && KNOWS_NO_SUCH_METHOD.test(error.message))) throw error;
    return Promise.all(requests.map((request) => ledger.accept(request)));
  }
}

export function ledgerOf(env: Pick<Env, "LEDGER">, formId: string, shard: number): LedgerApi {
  return ledgerStub(env, formId, shard) as unknown as LedgerApi;
}
