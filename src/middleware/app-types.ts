import type { ServiceContext } from "../shared/context";

export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** Set by `identity`; before it, the same without an actor. */
    ctx: ServiceContext;
    requestId: string;
    /** What a page is about: a page of refusal says so too. */
    about?: string;
  };
}
