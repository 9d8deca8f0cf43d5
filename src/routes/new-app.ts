import { OpenAPIHono } from "@hono/zod-openapi";
import type { Router } from "hono/router";
import type { H, RouterRoute } from "hono/types";
import type { AppEnv } from "../middleware/app-types";
import { InvalidError } from "../shared/errors";

/** Every group of routes starts from this: what a schema refuses becomes a 422 that names each place. */
export function newApp(router?: Router<[H, RouterRoute]>) {
  return new OpenAPIHono<AppEnv>({
    ...(router === undefined ? {} : { router }),
    defaultHook: (result) => {
      if (result.success) return;
      throw new InvalidError(
        "Some of what was sent is not valid; `errors` says where.",
        result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message, code: issue.code ?? "invalid" })),
      );
    },
  });
}
