// A read that must be current asks every ledger of the form to settle what it holds first.
import type { FormSettings } from "../forms";
import type { ServiceContext } from "../shared/context";
import { type DomainError, NotFoundError, UnavailableError } from "../shared/errors";
import { describeError } from "../shared/log";
import { withTimeLimit } from "../shared/time-limit";
import { ledgerOf } from "./ledger/api";
import { shardCount } from "./shards";

const WAIT_MS = 3_000;

export interface FormBarrier {
  /** False: the store is down or slow, and what is read from it may lack the latest. */
  current: boolean;
  /** `shard:seq` of each ledger; the same text means nothing has happened since. */
  position: string;
}

export async function passBarrier(ctx: ServiceContext, formId: string, settings: FormSettings | undefined): Promise<FormBarrier> {
  const shards = Array.from({ length: shardCount(settings) }, (_, shard) => shard);
  const results = await Promise.all(
    shards.map(async (shard) => {
      try {
        return await withTimeLimit("A barrier", WAIT_MS * 2, ledgerOf(ctx.env, formId, shard).barrier(WAIT_MS));
      } catch (error) {
        ctx.log.warn("barrier failed", { form_id: formId, shard, ...describeError(error) });
        return { current: false, position: `${shard}:?` };
      }
    }),
  );
  return { current: results.every(({ current }) => current), position: results.map(({ position }) => position).join(",") };
}

/** What a store that is behind does not have may have been accepted all the same: nobody is told that there is no such thing. */
export function notInStore(current: boolean): DomainError {
  return current ? new NotFoundError("The response") : new UnavailableError("The store is not keeping up; ask again when it does.");
}
