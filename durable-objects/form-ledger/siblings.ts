// A ledger as one of several of a form. A busy one asks for more of them; a new one makes itself known to whoever listens to the first.
import { formFeedOf } from "../../src/analytics";
import { Heat, ledgerOf, spreadForm } from "../../src/responses";
import { asSystem, type ServiceContext } from "../../src/shared/context";
import { describeError } from "../../src/shared/log";
import type { Ledger } from "./ledger";

export class Siblings {
  readonly heat = new Heat();
  /** Whether those who listen to the form's first ledger know of this one. */
  #isHeardOf: boolean;

  constructor(
    readonly ledger: Ledger,
    readonly context: () => ServiceContext,
  ) {
    this.#isHeardOf = ledger.name.shard === 0 || ledger.disk.fact("heard_of") !== null;
  }

  /** Null: nothing is to be done, as nearly always. */
  committed(calls: number, waitedMs: number, now: number): Promise<unknown> | null {
    const isHot = this.heat.note(calls, waitedMs, now);
    if (this.#isHeardOf && !isHot) return null;
    return Promise.all([this.makeHeardOf(), isHot ? this.#spread() : undefined]);
  }

  /** Whoever listened before this ledger was there would never hear of its answers. Tried again with each commit and alarm. */
  async makeHeardOf(): Promise<void> {
    const { name, head, disk } = this.ledger;
    if (this.#isHeardOf || head === 0) return;
    this.#isHeardOf = true;
    const { env, log } = this.context();
    try {
      await Promise.all([ledgerOf(env, name.formId, 0).listenToMore(), formFeedOf(env, name.formId).wake(name.shard)]);
      disk.setFact("heard_of", 1);
    } catch (error) {
      this.#isHeardOf = false;
      log.warn("listeners not told of a ledger", { form_id: name.formId, shard: name.shard, ...describeError(error) });
    }
  }

  async #spread(): Promise<void> {
    const { formId, workspaceId } = this.ledger.identity;
    const ctx = this.context();
    try {
      await spreadForm(asSystem(ctx, workspaceId), formId);
    } catch (error) {
      ctx.log.warn("a hot form was not spread", { form_id: formId, ...describeError(error) });
    }
  }
}
