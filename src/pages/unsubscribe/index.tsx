// Where the way out of a report leads. Opening it changes nothing, because mail scanners open every link; a button does, and so does
// the one click of a mail program (RFC 8058), which posts without ever showing the page.
import { Hono } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import { statusOf } from "../../middleware/problem";
import { rateLimit } from "../../middleware/rate-limit";
import { readSubscription, unsubscribe } from "../../reports";
import { DomainError } from "../../shared/errors";
import { PlainPage } from "../look/plain-page";

export const unsubscribePages = new Hono<AppEnv>();
unsubscribePages.use("/unsubscribe/*", rateLimit("public", "auth"));

unsubscribePages.get("/unsubscribe/:token", async (c) => {
  const found = await readSubscription(c.get("ctx"), c.req.param("token")).catch(known);
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  if (found instanceof DomainError) return c.html(<PlainPage title="This link does not work" />, statusOf(found.code) as 404);
  return c.html(
    <PlainPage title="Stop these reports?" about={found.schedule ?? undefined}>
      <p>
        Reports to <bdi>{found.address}</bdi> from the workspace “<bdi>{found.workspace}</bdi>”.
      </p>
      <form method="post">
        <button type="submit">Stop this report</button>
      </form>
      <form method="post" action="?everything=1">
        <button type="submit">Stop all reports from this workspace</button>
      </form>
    </PlainPage>,
  );
});

unsubscribePages.post("/unsubscribe/:token", async (c) => {
  const done = await unsubscribe(c.get("ctx"), c.req.param("token"), c.req.query("everything") === "1").catch(known);
  c.header("Cache-Control", "no-store");
  if (done instanceof DomainError) return c.html(<PlainPage title="This link does not work" />, statusOf(done.code) as 404);
  return c.html(
    <PlainPage title="Done" tone="good">
      <p>
        <bdi>{done.address}</bdi> gets no more of these reports.
      </p>
    </PlainPage>,
  );
});

function known(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}
