import { Hono } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import { checkReadiness } from "../../operations";
import type { ServiceContext } from "../../shared/context";
import { toHtml } from "../look/document";
import { stylesheet } from "../look/stylesheets";
import HOME_CSS from "./home.css";
import { type Demo, HomePage } from "./page";

export const HOME_STYLE = stylesheet("home", HOME_CSS);

const FAVICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0b8a6d" stroke-width="2.4" stroke-linecap="round">' +
  '<path d="M12 2.500c3 4 5 6.400 5 9.500a5 5 0 0 1-10 0c0-3.100 2-5.500 5-9.500Z"/>' +
  '<path d="M3 20.500c1.500-1.300 3-1.300 4.500 0s3 1.300 4.500 0 3-1.300 4.500 0 3 1.300 4.500 0"/></svg>';
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const STATIC = { "Cache-Control": "public, max-age=300" };

/** Where `npm start` leaves what it seeded. Production has neither the entry nor the code path to read it. */
export const DEMO_KEY = "dev:demo";

export const homePages = new Hono<AppEnv>();

homePages.get("/", async (c) => {
  const ctx = c.get("ctx");
  const { origin, hostname } = new URL(c.req.url);
  const [readiness, demo] = await Promise.all([checkReadiness(ctx), readDemo(ctx, hostname)]);
  c.header("Cache-Control", "no-store");
  return c.html(toHtml(<HomePage style={HOME_STYLE} readiness={readiness} demo={demo} origin={origin} />));
});

homePages.get("/favicon.svg", (c) => c.body(FAVICON, 200, { ...STATIC, "Content-Type": "image/svg+xml" }));

/** A password: only on the developer's own machine, and not for whoever comes in through a tunnel or from the network. */
async function readDemo({ env }: ServiceContext, hostname: string): Promise<Demo | null> {
  if (env.ENVIRONMENT !== "development" || !LOOPBACK.has(hostname)) return null;
  return env.KV.get<Demo>(DEMO_KEY, "json");
}
