import { Hono } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import type { ServiceContext } from "../../shared/context";
import HOME_CSS from "./home.css";
import { type Demo, type HealthView, HomePage } from "./page";

const FAVICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0b8a6d" stroke-width="2.4" stroke-linecap="round">' +
  '<path d="M12 2.500c3 4 5 6.400 5 9.500a5 5 0 0 1-10 0c0-3.100 2-5.500 5-9.500Z"/>' +
  '<path d="M3 20.500c1.500-1.300 3-1.300 4.500 0s3 1.300 4.500 0 3-1.300 4.500 0 3 1.300 4.500 0"/></svg>';
const STATIC = { "Cache-Control": "public, max-age=300" };

/** Where `npm start` leaves what it seeded. Production has neither the entry nor the code path to read it. */
export const DEMO_KEY = "dev:demo";

export function homePages(readHealth: (ctx: ServiceContext) => Promise<HealthView>) {
  const pages = new Hono<AppEnv>();
  pages.get("/", async (c) => {
    const ctx = c.get("ctx");
    const [health, demo] = await Promise.all([readHealth(ctx), readDemo(ctx)]);
    c.header("Cache-Control", "no-store");
    return c.html(`<!doctype html>${<HomePage health={health} demo={demo} />}`);
  });
  pages.get("/home.css", (c) => c.body(HOME_CSS, 200, { ...STATIC, "Content-Type": "text/css; charset=utf-8" }));
  pages.get("/favicon.svg", (c) => c.body(FAVICON, 200, { ...STATIC, "Content-Type": "image/svg+xml" }));
  return pages;
}

async function readDemo({ env }: ServiceContext): Promise<Demo | null> {
  return env.ENVIRONMENT === "development" ? env.KV.get<Demo>(DEMO_KEY, "json") : null;
}
