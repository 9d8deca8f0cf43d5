// A receiver behind `fetch`: what it was sent, and what it says to that. Anything else that the Worker fetches fails.
import { env } from "cloudflare:test";
import { expect, vi } from "vitest";
import { createForm, type FormWorld } from "../responses/support";

export interface Sent {
  url: string;
  headers: Headers;
  text: string;
  body: Record<string, unknown> & { id: string; type: string; data: Record<string, unknown> };
}

export type Answer = (sent: Sent, before: number) => Response | Promise<Response>;

export interface Receiver {
  url: string;
  sent: Sent[];
  answer: Answer;
}

const receivers = new Map<string, Receiver>();

/** Each on its own port of a localhost that is never really asked. */
export function receiver(answer: Answer = () => new Response("thanks")): Receiver {
  const made: Receiver = { url: `http://localhost:${20_000 + receivers.size}/hook`, sent: [], answer };
  receivers.set(new URL(made.url).origin, made);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    const known = receivers.get(new URL(url).origin);
    if (known === undefined) throw new TypeError(`Nobody at ${url}`);
    const text = String(init?.body ?? "");
    const sent = { url, headers: new Headers(init?.headers), text, body: JSON.parse(text) };
    const before = known.sent.length;
    known.sent.push(sent);
    return known.answer(sent, before);
  });
  return made;
}

export interface Made {
  id: string;
  secret: string;
}

export interface HookWorld extends FormWorld {
  hook(input: Record<string, unknown>): Promise<Made & Record<string, unknown>>;
  json<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
}

export async function hookWorld(settings: Record<string, unknown> = {}): Promise<HookWorld> {
  const world = await createForm(settings);
  const json = async <T>(method: string, path: string, body?: unknown) => {
    const reply = await world.call(method, path, body);
    expect(reply.status, `${method} ${path}: ${await reply.clone().text()}`).toBeLessThan(300);
    return (reply.status === 204 ? null : await reply.json()) as T;
  };
  return {
    ...world,
    json,
    hook: (input) => json("POST", "/api/v2/webhooks", { events: ["response.submitted"], ...input }),
  };
}

/** Waits for what the queues and alarms do by themselves. */
export async function eventually<T>(look: () => T | Promise<T>, limitMs = 8_000): Promise<T> {
  return vi.waitFor(look, { timeout: limitMs, interval: 20 });
}

export function laneStub(webhookId: string) {
  return env.ENDPOINT_LANE.getByName(webhookId);
}
