// Requests as a browser or a program sends them, with everything the reply did not wait for finished when they return.
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import worker from "../../src/index";
import { ORIGIN } from "./world";

export interface SendOptions {
  cookie?: string;
  headers?: Record<string, string>;
  settings?: Partial<Env>;
}

export async function send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Response> {
  const headers = new Headers({ "User-Agent": "Test Browser", "CF-Connecting-IP": "203.0.113.7", ...options.headers });
  if (options.cookie !== undefined) headers.set("Cookie", options.cookie);
  if (body !== undefined && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, {
    method,
    headers,
    redirect: "manual",
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
  const execution = createExecutionContext();
  const reply = await worker.fetch(request, { ...env, ...options.settings } as Env, execution);
  await waitOnExecutionContext(execution);
  return reply;
}

export function cookieOf(reply: Response): string {
  return reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}
