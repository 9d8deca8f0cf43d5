// A plugin's way to the network: hosts it was granted, addresses that are public, little time, little data, not often.
import { z } from "zod";
import type { WorkspaceContext } from "../../shared/context";
import { destinationPolicy, judgeDestination } from "../../shared/destination";
import { fetchDestination } from "../../shared/destination-fetch";
import { isHostGranted } from "../hosts";
import { FETCH_MS, MAX_FETCHES, MAX_REPLY_BYTES, MAX_REQUEST_BYTES } from "../limits";
import type { Grant, Usage } from "./index";
import { parseCall, RefusedCall } from "./refused";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
/** What belongs to the connection, or says who we are. */
const NOT_THEIRS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|expect|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|proxy-.*|sec-.*)$/i;

const Request = z.object({
  url: z.string().max(2_000),
  method: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])),
  headers: z
    .array(
      z.tuple([
        z.string().regex(TOKEN),
        z
          .string()
          .max(4_000)
          .regex(/^[^\r\n\0]*$/),
      ]),
    )
    .max(40),
  body: z.string().nullable(),
});

export async function pluginFetch(ctx: WorkspaceContext, grant: Grant, usage: Usage, argument: unknown): Promise<unknown> {
  const { url, method, headers, body } = parseCall(Request, argument);
  if (++usage.fetches > MAX_FETCHES) throw new RefusedCall(`At most ${MAX_FETCHES} requests in a run.`);
  if (body !== null && (method === "GET" || method === "HEAD")) throw new RefusedCall(`A ${method} has no body.`);
  const bytes = body === null ? null : new Uint8Array(new TextEncoder().encode(body));
  if (bytes !== null && bytes.byteLength > MAX_REQUEST_BYTES) throw new RefusedCall(`A body may have at most ${MAX_REQUEST_BYTES} bytes.`);
  const verdict = judgeDestination(url, destinationPolicy(ctx.env));
  if (!verdict.ok) throw new RefusedCall(verdict.message);
  if (!isHostGranted(verdict.url, grant.allowedHosts)) {
    throw new RefusedCall(`This plugin was not granted the host ${verdict.url.host}; add it to allowed_hosts.`);
  }
  const sent = new Headers(headers.filter(([name]) => !NOT_THEIRS.test(name)));
  sent.set("User-Agent", "Headwater-Plugin/1.0");
  const exchange = await fetchDestination(
    ctx.env,
    { url, method, headers: sent, body: bytes },
    { timeMs: FETCH_MS, maxBytes: MAX_REPLY_BYTES },
  );
  if (exchange.kind !== "answered") throw new RefusedCall(exchange.message);
  return {
    url,
    status: exchange.status,
    headers: [...exchange.headers].filter(([name]) => name !== "set-cookie"),
    body: new TextDecoder().decode(exchange.body),
    truncated: exchange.truncated,
  };
}
