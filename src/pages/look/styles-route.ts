import { Hono } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import { NotFoundError } from "../../shared/errors";
import type { Stylesheet } from "./stylesheets";

const ONE_YEAR_SECONDS = 31_536_000;

export function styleRoutes(sheets: readonly Stylesheet[]) {
  const routes = new Hono<AppEnv>();
  routes.get("/styles/:file", (c) => {
    const file = c.req.param("file");
    const sheet = sheets.find(({ name }) => file.startsWith(`${name}.`) && file.endsWith(".css"));
    if (sheet === undefined) throw new NotFoundError("The stylesheet");
    // A page from before a deployment asks for what was: it gets what is, and is not told to keep it.
    const current = sheet.href === `/styles/${file}`;
    return c.body(sheet.css, 200, {
      "Content-Type": "text/css; charset=utf-8",
      "Cache-Control": current ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : "no-cache",
    });
  });
  return routes;
}
