// Files that are served as they were built. Cloudflare serves them without asking us; where we are asked, as on one's own
// machine, we pass it on.
import { newApp } from "../new-app";

export const assets = newApp();

for (const path of ["/docs/scalar.js", "/assets/*"]) {
  assets.get(path, async (c) => {
    const reply = await c.env.ASSETS.fetch(c.req.raw);
    // A copy, because what comes from a binding has headers that nobody may add to.
    return new Response(reply.body, reply);
  });
}
