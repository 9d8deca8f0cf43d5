// The gate of one run: the only thing of ours that a plugin can call. It believes nothing: every call is parsed, counted and
// held to what this plugin was granted.
import { RpcTarget } from "cloudflare:workers";
import type { WorkspaceContext } from "../../shared/context";
import { describeError } from "../../shared/log";
import { type Gate, MAX_ARGUMENT, MAX_CALLS } from "../isolate/protocol";
import { pluginFetch } from "./fetch";
import { pluginFiles } from "./files";
import { pluginKv } from "./kv";
import { pluginMail } from "./mail";
import { RefusedCall } from "./refused";

/** What a plugin was granted when it was installed. */
export interface Grant {
  pluginId: string;
  name: string;
  allowedHosts: readonly string[];
  permissions: readonly string[];
}

/** What one run has used so far. */
export interface Usage {
  fetches: number;
  mails: number;
}

/**
 * On a laptop, calls that stay within the process follow each other without the runtime ever looking at its sockets: two hundred of
 * them in a row would keep everybody else waiting. A timer makes it look.
 */
const CALLS_WITHOUT_A_BREAK = 8;

type Handler = (ctx: WorkspaceContext, grant: Grant, usage: Usage, argument: unknown) => Promise<unknown>;

const HANDLERS: Record<string, Handler> = { fetch: pluginFetch, kv: pluginKv, mail: pluginMail, files: pluginFiles };

export class RunGate extends RpcTarget implements Gate {
  #calls = 0;
  #closed = false;
  readonly #usage: Usage = { fetches: 0, mails: 0 };
  readonly #ctx: WorkspaceContext;
  readonly #grant: Grant;

  constructor(ctx: WorkspaceContext, grant: Grant) {
    super();
    this.#ctx = ctx;
    this.#grant = grant;
  }

  async call(operation: string, argument: string): Promise<string> {
    try {
      if (this.#closed) throw new RefusedCall("The run is over.");
      if (++this.#calls > MAX_CALLS) throw new RefusedCall(`At most ${MAX_CALLS} calls in a run.`);
      if (typeof argument !== "string" || argument.length > MAX_ARGUMENT)
        throw new RefusedCall(`At most ${MAX_ARGUMENT} characters in a call.`);
      if (this.#calls % CALLS_WITHOUT_A_BREAK === 0) await new Promise((done) => setTimeout(done, 1));
      const handler = Object.hasOwn(HANDLERS, operation) ? HANDLERS[operation] : undefined;
      if (handler === undefined) throw new RefusedCall("There is no such call.");
      const value = await handler(this.#ctx, this.#grant, this.#usage, JSON.parse(argument));
      return JSON.stringify({ value: value ?? null });
    } catch (error) {
      if (error instanceof RefusedCall) return JSON.stringify({ error: error.message });
      this.#ctx.log.error("a plugin's call failed on our side", { plugin: this.#grant.pluginId, operation, ...describeError(error) });
      return JSON.stringify({ error: "The call failed on Headwater's side." });
    }
  }

  /** From here on nothing that is still under way in the isolate has an effect. */
  close(): void {
    this.#closed = true;
  }
}

/** For a validator, which has nothing to call. */
export class ShutGate extends RpcTarget implements Gate {
  async call(): Promise<string> {
    return JSON.stringify({ error: "A validator can neither fetch nor keep anything." });
  }
}
